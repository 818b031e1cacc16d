import { attemptSamples } from './attempt-samples.ts';
import { callAndConsentSamples } from './call-and-consent-samples.ts';
import { configurationSamples } from './configuration-samples.ts';
import { messageSamples } from './message-samples.ts';
import type { Side } from './sides.ts';
import { statisticsSamples } from './statistics-samples.ts';

type Variables = Readonly<Record<string, unknown>>;

/** One call of a root field: its arguments, about what `side` names. */
export type Sample = (side: Side) => Variables | Promise<Variables>;

let made = 0;

/**
 * How every root field is called: by permission that it may take, and often enough that each field below it is reached.
 * A new root field needs a row, and the test says so. What a sample names comes from `side`, so that the same call is
 * made about one's own things, others', and none. Each sample has a row of its own in the table, by its name.
 */
export const samples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  ...configurationSamples,
  ...callAndConsentSamples,
  ...attemptSamples,
  ...messageSamples,
  ...statisticsSamples,
  'Query.viewer': { '': () => ({}) },
  'Query.environment': { '': () => ({}) },
  'Query.environments': { '': () => ({}) },
  'Query.lists': { '': () => ({}) },
  'Query.apiKeys': { '': () => ({ first: 5 }), active: () => ({ first: 5, active: true }) },
  'Query.entries': {
    '': () => ({ first: 5 }),
    'by number': async (side) => ({ first: 5, filterBy: { numberContains: (await side.listedPhone()).slice(-7) } }),
    'of an import': async (side) => ({ first: 5, filterBy: { import: await side.importId('KEPT') } }),
    'ordered by number': () => ({ first: 5, orderBy: { field: 'NUMBER', direction: 'ASC' } }),
  },
  'Query.node': {
    entry: async (side) => ({ id: await side.entryId() }),
    list: async (side) => ({ id: await side.listId() }),
    campaign: async (side) => ({ id: await side.campaignId() }),
    key: async (side) => ({ id: await side.apiKeyId() }),
    environment: async (side) => ({ id: await side.environmentId() }),
    consent: async (side) => ({ id: await side.consentId() }),
    message: async (side) => ({ id: await side.messageId() }),
    'webhook endpoint': async (side) => ({ id: await side.webhookEndpointId('KEPT') }),
    task: async (side) => ({ id: await side.taskId('FAILED') }),
    upload: async (side) => ({ id: await side.uploadId() }),
  },
  'Query.nodes': {
    '': async (side) => ({ ids: [await side.entryId(), await side.apiKeyId(), await side.environmentId()] }),
  },
  'Query.number': {
    now: async (side) => ({ phone: await side.listedPhone() }),
    'in the past': async (side) => ({ phone: await side.listedPhone(), at: new Date().toISOString() }),
  },
  'Query.check': {
    now: async (side) => ({ phone: await side.listedPhone(), channel: 'CALL' }),
    'in the past': async (side) => ({
      phone: await side.listedPhone(),
      channel: 'SMS',
      at: new Date().toISOString(),
    }),
    'no number': () => ({ phone: '12', channel: 'CALL' }),
    'a text of a campaign': async (side) => ({
      phone: await side.listedPhone(),
      channel: 'SMS',
      campaign: `${side.marker}-campaign`,
      messageType: 'PROMOTIONAL',
      text: 'Hi, this is Acme. Reply STOP to opt out.',
    }),
  },
  'Query.understandMessage': { '': async () => ({ text: 'stop calling me' }) },
  'Query.checkFirstMessage': { '': async () => ({ text: 'Hi, this is Acme. Reply STOP to opt out.' }) },
  'Query.checkBatch': {
    '': async (side) => ({
      input: {
        channel: 'CALL',
        numbers: [
          { phone: await side.listedPhone(), reference: 'mine' },
          { phone: '12', reference: 'mine' },
        ],
      },
    }),
    'texts of a campaign': async (side) => ({
      input: {
        channel: 'SMS',
        campaign: `${side.marker}-campaign`,
        messageType: 'PROMOTIONAL',
        numbers: [{ phone: await side.listedPhone() }],
      },
    }),
  },
  'Query.auditLog': {
    '': () => ({ first: 3 }),
    'of updateEntry': () => ({ first: 3, filterBy: { operation: 'updateEntry' } }),
    'of updateSettings': () => ({ first: 3, filterBy: { operation: 'updateSettings' } }),
    'of keys': () => ({ first: 3, filterBy: { kinds: ['API_KEY', 'LIST', 'ENVIRONMENT'] } }),
    'of a number': async (side) => ({ first: 3, filterBy: { number: await side.listedPhone() } }),
    'of an entry': async (side) => ({ first: 3, filterBy: { entryId: await side.entryId() } }),
    'of a consent': async (side) => ({ first: 3, filterBy: { number: await side.consentPhone() } }),
    'of an opt-out': async (side) => ({ first: 3, filterBy: { number: await side.optedOutPhone() } }),
  },
  'Query.verifyAudit': { '': () => ({}) },
  'Query.uploads': { '': () => ({}) },
  'Query.tasks': { '': () => ({ first: 3 }), failed: () => ({ first: 3, filterBy: { states: ['FAILED'] } }) },
  'Query.task': {
    running: async (side) => ({ id: await side.taskId('RUNNING') }),
    failed: async (side) => ({ id: await side.taskId('FAILED') }),
    'a scrub': async (side) => ({ id: await side.scrubId() }),
    'an import': async (side) => ({ id: await side.importId('UNDONE') }),
    'a dry run': async (side) => ({ id: await side.importId('DRY') }),
    'an undo': async (side) => ({ id: await side.undoId() }),
    'an entry export': async (side) => ({ id: await side.exportId('ENTRIES') }),
    'a log export': async (side) => ({ id: await side.exportId('LOG') }),
    'a bulk action': async (side) => ({ id: await side.bulkId() }),
  },

  'Mutation.addEntries': {
    '': async (side) => ({
      input: {
        list: 'DNC',
        reason: 'Asked on the phone',
        entries: [
          { phone: await side.listedPhone(), evidence: 'Call 7', externalReference: 'mine' },
          { phone: '12' },
          { phone: '+13033000000' },
          { phone: '+13033000000' },
          { phone: `+1303${3_000_000 + ++made}`, expiresAt: 'soon' },
        ],
      },
    }),
    permanently: async (side) => ({
      input: { list: 'DNC', status: 'PERMANENT', entries: [{ phone: await side.listedPhone() }] },
    }),
    'no list': (side) => ({ input: { list: side.marker, entries: [] } }),
  },
  'Mutation.updateEntry': {
    '': async (side) => ({
      input: {
        entryId: await side.entryId(),
        reason: 'Corrected',
        evidence: 'Call 8',
        changeReason: 'A typing error',
        onBehalfOf: { id: '7', name: 'Pat' },
      },
    }),
    number: async (side) => ({
      input: { entryId: await side.entryId(), phone: `+1303${4_000_000 + ++made}`, changeReason: 'A typing error' },
    }),
  },
  'Mutation.approveEntries': {
    '': async (side) => ({ input: { entries: { ids: [await side.entryId('PENDING')] } } }),
    permanently: async (side) => ({
      input: { permanently: true, entries: { ids: [await side.entryId('PENDING')] } },
    }),
  },
  'Mutation.unapproveEntries': { '': async (side) => ({ input: { entries: { ids: [await side.entryId()] } } }) },
  'Mutation.removeEntries': {
    '': async (side) => ({ input: { entries: { ids: [await side.entryId()] }, reason: 'Opted back in' } }),
    permanent: async (side) => ({
      input: { entries: { ids: [await side.entryId('PERMANENT')] }, reason: 'Opted back in' },
    }),
    'by number': async (side) => ({
      input: { entries: { phones: { list: 'DNC', numbers: [await side.listedPhone()] } }, reason: 'Opted back in' },
    }),
    'no number': () => ({
      input: { entries: { phones: { list: 'DNC', numbers: ['12'] } }, reason: 'Opted back in' },
    }),
  },
  'Mutation.createEnvironment': { '': () => ({ input: { key: `made-${++made}` } }) },
  'Mutation.createApiKey': { '': () => ({ input: { name: `Made ${++made}`, role: 'READ_ONLY' } }) },
  'Mutation.cancelTask': { '': async (side) => ({ input: { task: await side.taskId('RUNNING') } }) },
  'Mutation.revokeApiKey': { '': async (side) => ({ input: { apiKeyId: await side.apiKeyId() } }) },

  'Query.previewImport': { '': async (side) => ({ input: { upload: await side.tableId(), asOptOuts: true } }) },
  'Mutation.startImport': {
    '': async (side) => ({ input: { upload: await side.uploadId(), list: 'DNC', isDryRun: true } }),
    'permanently, as opt-outs': async (side) => ({
      input: { upload: await side.uploadId(), list: 'DNC', review: 'PERMANENT', asOptOuts: true },
    }),
  },
  'Mutation.undoImport': {
    '': async (side) => ({ input: { import: await side.importId('TO_UNDO'), reason: 'Wrong file' } }),
  },
  // How far a task is by the time it is answered differs from call to call: for the other sides there must be none.
  'Mutation.startEntryExport': {
    '': (side) => ({ input: { filterBy: { lists: [side.isOwn ? 'DNC' : side.marker] } } }),
  },
  'Mutation.startLogExport': { '': (side) => ({ input: side.isOwn ? {} : { after: side.marker } }) },
  'Mutation.startScrub': {
    '': async (side) => ({ input: { upload: await side.uploadId(), channel: 'CALL' } }),
    'no country': async (side) => ({
      input: { upload: await side.uploadId(), channel: 'SMS', defaultCountry: side.marker },
    }),
  },
  'Mutation.uploadFile': { '': () => ({ input: { file: new File(['+13035550100'], 'mine.csv') } }) },

  'Subscription.entryChanges': {
    now: () => ({}),
    'after a cursor': async (side) => ({ after: await side.cursor() }),
    'of a consent': async (side) => ({ after: await side.cursorBeforeConsent() }),
  },
  'Subscription.taskProgress': { '': async (side) => ({ task: await side.taskId('FAILED') }) },
};

/** Fields that no call can reach yet, and why. */
export const unreached: Readonly<Record<string, string>> = {};

/** Fields, by name or by type and name, that are reached and that no sample can fill, and why. */
export const unfilled: Readonly<Record<string, string>> = {
  notice: 'A server that works has caught up with its own change.',
  task: 'Every bulk action is done within its call (R6.1).',
  userErrors: 'The input is right; other payloads have some.',
  'ImportPreview.sheet': 'The file of the walk is no workbook.',
  firstBadPosition: 'The log is whole.',
  'AuditVerification.problem': 'The log is whole.',
  nextPosition: 'The log is shorter than one call verifies.',
  'ChangeState.businessNumber': 'Comes with opt-outs by text.',
  'Entry.businessNumber': 'Comes with opt-outs by text.',
  'ChangeState.endUserOptedOut': 'Comes with opt-outs by text.',
  'ApiKey.lastUsedAt': 'Written once a minute.',
  'Viewer.expiresAt': 'The keys of the walk have no end.',
};
