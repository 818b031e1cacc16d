import { MAX_VERIFIED_POSITIONS, type Verification, verifyLog } from '../../changes/verify-log.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';

/** As much as half of what one operation may cost: each call reads and hashes up to 100,000 changes. */
const COST = 20_000;

const AuditVerification = builder.objectRef<Verification & { readonly head: number }>('AuditVerification').implement({
  description: 'Whether a range of the log is what was written: its hash chain, recomputed from the rows.',
  fields: (t) => ({
    isIntact: t.boolean({
      description: 'Whether every change of the range fits. Only ranges without a gap from 1 on prove the whole log.',
      resolve: ({ firstBadPosition }) => firstBadPosition === null,
    }),
    verifiedFrom: t.expose('verifiedFrom', {
      type: 'LogPosition',
      description: 'Where it began: the first position of the change set that holds `from`.',
    }),
    verifiedThrough: t.expose('verifiedThrough', {
      type: 'LogPosition',
      description: 'The last position that fits; verifiedFrom - 1 when none does.',
    }),
    positionsChecked: t.int({
      description: 'How many positions fit.',
      resolve: ({ verifiedFrom, verifiedThrough }) => verifiedThrough - verifiedFrom + 1,
    }),
    firstBadPosition: t.expose('firstBadPosition', {
      type: 'LogPosition',
      nullable: true,
      description:
        "The first position that doesn't fit. When a set's hash differs, the set's first one. Null when all is well.",
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: "What doesn't fit there; names no number and no text.",
    }),
    hash: t.string({
      description:
        'The chain hash at verifiedThrough, 64 hexadecimal digits: keep it somewhere else to show later that nothing before was rewritten. Empty when nothing could be verified.',
      resolve: ({ hash }) => hash.toString('hex'),
    }),
    isAtHead: t.boolean({
      description: "Whether the log's end, as it was when the call came, was reached.",
      resolve: ({ verifiedThrough, head }) => verifiedThrough >= head,
    }),
    nextPosition: t.field({
      type: 'LogPosition',
      nullable: true,
      description: 'The `from` of the next call when this one came to its bound; null when it is done.',
      resolve: ({ continueAt }) => continueAt,
    }),
  }),
});

builder.queryField('verifyAudit', (t) =>
  t.field({
    type: AuditVerification,
    nullable: true,
    description: `Recomputes the hash chain over a range of the log and names the first position that doesn't fit. At most ${MAX_VERIFIED_POSITIONS.toLocaleString('en')} positions a call: go on at \`nextPosition\`. ADMIN, COMPLIANCE and AUDITOR may.`,
    authScopes: { may: 'audit:read' },
    complexity: COST,
    args: {
      from: t.arg({ type: 'LogPosition', description: 'The first position; by default 1, the beginning.' }),
      to: t.arg({ type: 'LogPosition', description: "The last position; by default the log's end." }),
    },
    resolve: async (_root, { from, to }, { viewer, services }) => {
      if (typeof from === 'number' && typeof to === 'number' && to < from)
        throw badInput(`The range ends at ${to}, before it begins at ${from}.`);
      const { position: head } = await services.feed.readHead(viewer.environmentId);
      const verification = await verifyLog(services.database.read, viewer.environmentId, {
        fromPosition: from ?? undefined,
        toPosition: to ?? undefined,
      });
      return { ...verification, head };
    },
  }),
);
