import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Consent as ConsentRow } from '../../db/generated/client.ts';
import { consentPage } from '../../domain/consents/consent-page.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { Consent } from './consent.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum } from './list.ts';

builder.queryField('consents', (t) =>
  t.connection(
    {
      type: Consent,
      nullable: true,
      description:
        'Consents, by when they were given, the newest first; ended ones too. Pages hold 1 to 100 (20 by default); there is no total. ADMIN, COMPLIANCE, AUDITOR and INTEGRATOR may.',
      authScopes: { may: 'consent:see' },
      args: {
        phone: t.arg.string({ description: 'Of one whole number, as people write it.' }),
        isActive: t.arg.boolean({ description: 'Only active ones (true), or only ended ones (false).' }),
        channel: t.arg({ type: ChannelEnum, description: 'To contacts over this channel.' }),
        purpose: t.arg({ type: MessageTypeEnum, description: 'Given for exactly this purpose.' }),
      },
      // `nodes` and `edges` are lists and count ten rows each (complexity.ts): so many tens make the page.
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async (_root, args, context, info) => {
        const { viewer, services } = context;
        const { environmentId } = viewer;
        const page = readPage(args, services.pages, `consents ${environmentId}`);
        const { defaultCountry } = await services.settings(environmentId);
        const { phone, isActive, channel, purpose } = args;
        const places = await consentPage(
          services.database.read,
          environmentId,
          { phone, isActive, channel, purpose },
          { size: page.size + 1, backwards: page.backwards, beyond: page.key },
          defaultCountry,
        );
        const more = places.length > page.size;
        const shown = places.slice(0, page.size);
        if (page.backwards) shown.reverse();
        const query: { select?: object } = queryFromInfo({
          context,
          info,
          typeName: 'Consent',
          paths: [['nodes'], ['edges', 'node']],
        });
        const rows = (await services.database.prisma.consent.findMany({
          ...query,
          ...(query.select ? { select: { ...query.select, id: true } } : {}),
          where: { environmentId, id: { in: shown.map(({ id }) => BigInt(id)) } },
        })) as ConsentRow[];
        const byId = new Map(rows.map((row) => [String(row.id), row]));
        const placeOf = new Map(shown.map((place) => [place.id, place]));
        return connectionOf(
          page,
          shown.flatMap(({ id }) => byId.get(id) ?? []),
          more,
          ({ id }) => sealPage(services.pages, page.scope, '', placeOf.get(String(id))!),
        );
      },
    },
    { name: 'ConsentConnection', description: 'A page of consents.' },
    { name: 'ConsentEdge', description: 'A consent and its place in the page.' },
  ),
);
