import { cursorAt } from '../../changes/change-stream.ts';
import { toPosition } from '../../changes/position.ts';
import { changedNames } from '../../domain/audit/entry-attributes.ts';
import { builder } from '../builder.ts';
import { shownNumber, shownText } from '../display.ts';
import { Actor, CreatedByKind } from './actor.ts';
import { ChangeKind } from './change-kind.ts';
import { ChangeSet } from './change-set.ts';
import { ChangeState, stateOf } from './change-state.ts';
import { ChangedDetailType, detailsOf } from './changed-detail.ts';
import { Consent } from './consent.ts';

const OnBehalfOf = builder.objectRef<{ id: string; name: string | null }>('OnBehalfOf').implement({
  description: 'The person behind a shared key, as the caller asserted them; not authenticated.',
  fields: (t) => ({
    id: t.exposeString('id', { description: "The person's id in the caller's system." }),
    name: t.exposeString('name', { nullable: true, description: "The person's name, if it was given." }),
  }),
});

/** One row of the log, as auditors read it. */
export const Change = builder.prismaNode('Change', {
  description:
    'One change of anything that can alter a verdict, or of a key: for ever in the log, which nobody can edit. Needs audit:read (ADMIN, COMPLIANCE, AUDITOR).',
  authScopes: { may: 'audit:read' },
  id: { resolve: ({ position }) => String(position), description: 'The id of this change for `node`.' },
  nullable: true,
  findUnique: (id, { viewer }) => ({
    environmentId_position: {
      environmentId: viewer.can('audit:read') ? viewer.environmentId : 0,
      position: /^\d{1,16}$/.test(id) ? BigInt(id) : 0n,
    },
  }),
  fields: (t) => ({
    position: t.field({
      type: 'LogPosition',
      description: 'Its place in the log.',
      select: { position: true },
      resolve: ({ position }) => toPosition(position),
    }),
    kind: t.field({
      type: ChangeKind,
      description: 'What it did.',
      select: { kind: true },
      resolve: ({ kind }) => kind,
    }),
    at: t.field({
      type: 'DateTime',
      description: "When it was committed, by the database's clock. Never falls as the position rises.",
      select: { changeSet: { select: { at: true } } },
      resolve: ({ changeSet }) => changeSet.at,
    }),
    actorKind: t.field({
      type: CreatedByKind,
      description: 'USER when a person or a system of yours did it, SYSTEM when Quietline did (an expiry, an opt-out).',
      select: { changeSet: { select: { actor: { select: { type: true } } } } },
      resolve: ({ changeSet }) => (changeSet.actor.type === 'SYSTEM' ? 'SYSTEM' : 'USER'),
    }),
    actor: t.field({
      type: Actor,
      nullable: true,
      description: 'Who did it. Null without the permission evidence:see.',
      select: { changeSet: { select: { actor: true } } },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ changeSet }) => changeSet.actor,
    }),
    onBehalfOf: t.field({
      type: OnBehalfOf,
      nullable: true,
      description:
        'The person behind a shared key, when the caller named one. Null without the permission evidence:see.',
      select: { changeSet: { select: { onBehalfOf: { select: { body: true } } } } },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ changeSet: { onBehalfOf } }) =>
        onBehalfOf?.body ? (JSON.parse(onBehalfOf.body) as { id: string; name: string | null }) : null,
    }),
    operation: t.string({
      description: 'The mutation or the task of the server that did it, such as "removeEntries".',
      select: { changeSet: { select: { operation: true } } },
      resolve: ({ changeSet }) => changeSet.operation,
    }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description:
        'The number, of an entry or a consent; null for changes of configuration. Masked without number:see.',
      select: { entry: { select: { phone: true } }, consentId: true },
      resolve: async ({ entry, consentId }, _args, { viewer, loaders }) => {
        const owner = entry ?? (consentId === null ? null : await loaders.consent.load(String(consentId)));
        return owner ? shownNumber(viewer, owner.phone) : null;
      },
    }),
    entry: t.relation('entry', { nullable: true, description: 'The entry as it is now.' }),
    list: t.relation('list', { nullable: true, description: 'The list that it is about, as it is now.' }),
    before: t.field({
      type: ChangeState,
      nullable: true,
      description: 'What changed of the entry, as it was. Null for an addition.',
      select: {
        before: true,
        reasonBefore: { select: { body: true } },
        evidenceBefore: { select: { body: true } },
        entryId: true,
      },
      resolve: ({ entryId, before, reasonBefore, evidenceBefore }) =>
        entryId === null ? null : stateOf(before, reasonBefore?.body, evidenceBefore?.body),
    }),
    after: t.field({
      type: ChangeState,
      nullable: true,
      description: 'What changed of the entry, as it then was. Null for a removal or expiry.',
      select: { after: true, reason: { select: { body: true } }, evidence: { select: { body: true } }, entryId: true },
      resolve: ({ entryId, after, reason, evidence }) =>
        entryId === null ? null : stateOf(after, reason?.body, evidence?.body),
    }),
    changed: t.stringList({
      description: 'The names of the fields of `before` and `after` that changed, such as ["expiresAt"].',
      select: {
        before: true,
        after: true,
        reasonId: true,
        reasonBeforeId: true,
        evidenceId: true,
        evidenceBeforeId: true,
        entryId: true,
      },
      resolve: (change) => (change.entryId === null ? [] : changedNames(change)),
    }),
    details: t.field({
      type: [ChangedDetailType],
      description:
        'What changed of configuration, or what the consent is that was given or has ended. Empty for changes of entries.',
      select: { kind: true, before: true, after: true },
      resolve: (change, _args, { loaders }) => detailsOf(change, loaders),
    }),
    reason: t.string({
      nullable: true,
      description: "Why: the call's reason, otherwise the one noted with the entry by this change.",
      select: { reason: { select: { body: true } }, changeSet: { select: { reason: { select: { body: true } } } } },
      resolve: ({ reason, changeSet }, _args, { viewer }) => shownText(viewer, changeSet.reason?.body ?? reason?.body),
    }),
    evidence: t.string({
      nullable: true,
      description:
        "The proof for it: the call's, otherwise the one noted with the entry or consent by this change. Null without the permission evidence:see.",
      select: { evidence: { select: { body: true } }, changeSet: { select: { evidence: { select: { body: true } } } } },
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ evidence, changeSet }) => changeSet.evidence?.body ?? evidence?.body ?? null,
    }),
    changeSet: t.relation('changeSet', { type: ChangeSet, description: 'What was committed together with it.' }),
    cursor: t.field({
      type: 'ChangeCursor',
      description: 'The end of its change set: follow `entryChanges` from here, or pass it as `atLeast`.',
      select: {
        changeSet: {
          select: { environmentId: true, position: true, hash: true, environment: { select: { epoch: true } } },
        },
      },
      resolve: ({ changeSet: { environmentId, position, hash, environment } }, _args, { services }) =>
        services.cursors.encode(cursorAt({ environmentId, epoch: environment.epoch }, toPosition(position), hash)),
    }),
  }),
});

builder.prismaObjectField(Change, 'related', (t) =>
  t.prismaField({
    type: Change,
    nullable: true,
    description: 'When a number was changed: the addition of the new one names the removal of the old one, and back.',
    select: { environmentId: true, relatedPosition: true },
    resolve: (query, { environmentId, relatedPosition }, _args, { services }) =>
      relatedPosition === null
        ? null
        : services.database.prisma.change.findUnique({
            ...query,
            where: { environmentId_position: { environmentId, position: relatedPosition } },
          }),
  }),
);

builder.prismaObjectField(Change, 'consent', (t) =>
  t.field({
    type: Consent,
    nullable: true,
    description: 'The consent that was given or has ended, as it is now.',
    select: { consentId: true },
    authScopes: { may: 'consent:see' },
    unauthorizedResolver: () => null,
    resolve: ({ consentId }, _args, { loaders }) =>
      consentId === null ? null : loaders.consent.load(String(consentId)),
  }),
);
