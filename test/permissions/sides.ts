import { untilDone } from '../support/tasks.ts';
import type { World } from '../support/world.ts';
import { otherServer } from '../tasks/api-tasks.ts';
import { type MessageSide, messageSideOf } from './message-side.ts';

/** What arguments name: something of the viewer's environment, of the account's other one, or nothing at all. */
export interface Side extends MessageSide {
  /** A number that is listed there, by an entry of which every field is filled, and was in no call before. */
  listedPhone(status?: 'PENDING' | 'APPROVED' | 'PERMANENT'): Promise<string>;
  /** The id of such an entry. */
  entryId(status?: 'PENDING' | 'APPROVED' | 'PERMANENT'): Promise<string>;
  /** A key that nobody uses. */
  apiKeyId(): Promise<string>;
  environmentId(): Promise<string>;
  /** A file that was sent in. */
  uploadId(): Promise<string>;
  /** One with a column for everything. */
  tableId(): Promise<string>;
  /** A task of ADMIN's, of which every field is filled that one in this state can have. */
  taskId(state: 'RUNNING' | 'FAILED'): Promise<string>;
  /** A scrub of ADMIN's that is done. */
  scrubId(): Promise<string>;
  /** An import of ADMIN's that is done: with row problems and undone; a dry run; one that can be undone; or one that stays. */
  importId(kind: 'UNDONE' | 'DRY' | 'TO_UNDO' | 'KEPT'): Promise<string>;
  /** The task that undid it. */
  undoId(): Promise<string>;
  /** An export that is done: of entries, by INTEGRATOR; of the log, by ADMIN. */
  exportId(of: 'ENTRIES' | 'LOG'): Promise<string>;
  /** A task of ADMIN's that approves many entries. */
  bulkId(): Promise<string>;
  /** The same on every side: lists are numbered from 1 in each environment, and an id names the viewer's own. */
  listId(): Promise<string>;
  /** The same on every side, for the same reason. */
  campaignId(): Promise<string>;
  /** The name of a disposition of the side's campaign that was in no call before. */
  disposition(): Promise<string>;
  /** A number that has given consent by a text, and was in no call before. */
  consentPhone(): Promise<string>;
  /** The id of such a consent. */
  consentId(): Promise<string>;
  /** An early place in the log, and one right before a consent. */
  cursor(): Promise<string>;
  cursorBeforeConsent(): Promise<string>;
  /** Whether it is the viewer's environment. */
  readonly isOwn: boolean;
  /** A word that all its texts hold. */
  readonly marker: string;
  /** The ids of all that was made or named here, but for lists. */
  readonly ids: ReadonlySet<string>;
}

const ADD = /* GraphQL */ `
  mutation ($input: AddEntriesInput!) {
    addEntries(input: $input) { cursor results { entry { id } } userErrors { code message } }
  }
`;
const CREATE_KEY = /* GraphQL */ `
  mutation ($name: String!) {
    createApiKey(input: { name: $name, role: DIALER, expiresAt: "2190-01-01T00:00:00Z" }) {
      apiKey { id }
      userErrors { code message }
    }
  }
`;

const UPLOAD = /* GraphQL */ `
  mutation ($file: File!) { uploadFile(input: { file: $file }) { upload { id } userErrors { code message } } }
`;

const SCRUB = /* GraphQL */ `
  mutation ($upload: ID!) { startScrub(input: { upload: $upload, channel: SMS, messageType: PROMOTIONAL, campaign: "nobodys" }) { task { id } userErrors { code message } } }
`;

const IMPORT = /* GraphQL */ `
  mutation ($input: StartImportInput!) { startImport(input: $input) { task { id } userErrors { code message } } }
`;

const UNDO = /* GraphQL */ `
  mutation ($id: ID!) { undoImport(input: { import: $id, reason: "Wrong file" }) { task { id } userErrors { code message } } }
`;

const CONFIGURATION = /* GraphQL */ `
  mutation ($campaign: String!, $list: String!, $name: String!) {
    createCampaign(input: { key: $campaign, name: $name, phrases: [$name], ivrOptOutKeys: ["9"] }) { campaign { id } userErrors { code message } }
    createList(input: { key: $list, name: $name, description: $name, blocks: [{ direction: INBOUND, channel: CALL }], campaigns: [$campaign] }) { userErrors { code message } }
    saveDisposition(input: { name: $name, addsToDnc: true }) { userErrors { code message } }
  }
`;
const DISPOSITION = /* GraphQL */ `
  mutation ($campaign: String!, $name: String!) {
    saveDisposition(input: { name: $name, addsToDnc: true, campaign: $campaign }) { userErrors { code message } }
  }
`;

const START = /* GraphQL */ `
  mutation ($phone: String!, $id: String!) {
    receiveMessage(input: { from: $phone, to: "+18005550100", body: "START", externalId: $id }) { userErrors { code message } }
  }
`;
const CONSENT_OF = 'query ($phone: String!) { consents(phone: $phone) { nodes { id } } }';

/** The word by which the other environment's texts are known, and the area code of its numbers. */
export const FOREIGN = { marker: 'Foreign', area: '212' };

let numbers = 0;

/** An environment as a side. */
export async function sideOf(world: World, { marker, area }: { marker: string; area: string }): Promise<Side> {
  const admin = await world.as('ADMIN');
  const ids = new Set<string>();
  const add = async (status = 'APPROVED') => {
    const number = String(2_000_000 + ++numbers);
    const { addEntries } = await admin.expectOk(ADD, {
      input: {
        list: 'DNC',
        status,
        entries: [
          {
            phone: `(${area}) ${number.slice(0, 3)}-${number.slice(3)}`,
            reason: `${marker} reason`,
            evidence: `${marker} evidence`,
            ...(status === 'PERMANENT' ? {} : { expiresAt: '2190-01-01T00:00:00Z' }),
            externalReference: `${marker} reference`,
          },
        ],
      },
    });
    const id: string = addEntries.results[0].entry.id;
    ids.add(id);
    return { phone: `+1${area}${number}`, id, cursor: addEntries.cursor as string };
  };
  const addKey = async () => {
    const { createApiKey } = await admin.expectOk(CREATE_KEY, { name: `${marker} key` });
    ids.add(createApiKey.apiKey.id);
    return createApiKey.apiKey.id as string;
  };
  const addUpload = async (text = '+12125550100') => {
    const file = new File([text], `${marker}.csv`);
    const { uploadFile } = await admin.expectOk(UPLOAD, { file });
    ids.add(uploadFile.upload.id);
    return uploadFile.upload.id as string;
  };
  const done = async (id: string) => {
    await untilDone(admin, id);
    ids.add(id);
    return id;
  };
  const doImport = async (input: object) => {
    const file = new File([`(${area}) 555-0100\n${marker} number`], `${marker}.csv`);
    const { uploadFile } = await admin.expectOk(UPLOAD, { file });
    const { startImport } = await admin.expectOk(IMPORT, {
      input: { upload: uploadFile.upload.id, list: 'DNC', origin: `${marker} origin`, ...input },
    });
    return done(startImport.task.id);
  };
  // Before anything runs for ever: the tasks of an environment run one after another.
  const imports = {
    UNDONE: await doImport({}),
    DRY: await doImport({ isDryRun: true }),
    TO_UNDO: await doImport({}),
    KEPT: await doImport({}),
  };
  const undo = await done((await admin.expectOk(UNDO, { id: imports.UNDONE })).undoImport.task.id);
  const doExport = async (name: string, role: 'ADMIN' | 'INTEGRATOR') => {
    const by = await world.as(role);
    const started = await by.expectOk(`mutation { ${name}(input: {}) { task { id } userErrors { code } } }`);
    return done(started[name].task.id);
  };
  const exports = {
    ENTRIES: await doExport('startEntryExport', 'INTEGRATOR'),
    LOG: await doExport('startLogExport', 'ADMIN'),
  };
  let scrub: Promise<string> | undefined;
  const doScrub = async () => {
    const { startScrub } = await admin.expectOk(SCRUB, { upload: await addUpload() });
    const id: string = startScrub.task.id;
    await untilDone(admin, id);
    ids.add(id);
    return id;
  };
  const tasks = await otherServer(world.server);
  const addTask = async (state: 'RUNNING' | 'FAILED') => {
    const id = await tasks.start(world, 'ADMIN');
    await tasks.say(id, `${marker} line`);
    await tasks.batch(id, { step: `${marker} step`, rows_done: 10, rows_total: 20, started_at: new Date(0) });
    if (state === 'FAILED')
      await tasks.batch(id, {
        state,
        failure_code: 'BOMB',
        failure_message: `${marker} failure`,
        finished_at: new Date(),
      });
    ids.add(id);
    return id;
  };
  const addBulk = async () => {
    const id = await tasks.start(world, 'ADMIN', 'APPROVE');
    const counts = { CHANGED: 3, UNCHANGED: 1, REFUSED_PERMANENT: 1, REFUSED_CHANGED: 1 };
    await tasks.batch(id, { input: JSON.stringify({ matchedCount: 6 }), counts: JSON.stringify(counts) });
    ids.add(id);
    return id;
  };
  const { cursor } = await add();
  await admin.expectOk(
    'mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code } } }',
    {
      input: { businessName: `${marker} business` },
    },
  );
  const campaign = `${marker}-campaign`;
  const { createCampaign } = await admin.expectOk(CONFIGURATION, {
    campaign,
    list: `${marker.toUpperCase()}_LIST`,
    name: `${marker} name`,
  });
  const addDisposition = async () => {
    const name = `${marker} disposition ${++numbers}`;
    await admin.expectOk(DISPOSITION, { campaign, name });
    return name;
  };
  const addConsent = async () => {
    const phone = `+1${area}${2_000_000 + ++numbers}`;
    await admin.expectOk(START, { phone, id: phone });
    const { consents } = await admin.expectOk(CONSENT_OF, { phone });
    ids.add(consents.nodes[0].id);
    return { phone, id: consents.nodes[0].id as string };
  };
  const { environment, lists } = await admin.expectOk('{ environment { id } lists { id } }');
  ids.add(environment.id);
  return {
    marker,
    isOwn: marker !== FOREIGN.marker,
    ids,
    listedPhone: async (status) => (await add(status)).phone,
    entryId: async (status) => (await add(status)).id,
    apiKeyId: addKey,
    environmentId: async () => environment.id,
    uploadId: () => addUpload(),
    tableId: () =>
      addUpload(
        `phone,reason,evidence,expires at,requested at,external id,business number\n(${area}) 555-0100,${marker},${marker},2190-01-01,2026-01-01,1,${marker}`,
      ),
    taskId: addTask,
    scrubId: () => (scrub ??= doScrub()),
    importId: async (kind) => imports[kind],
    undoId: async () => undo,
    exportId: async (of) => exports[of],
    bulkId: addBulk,
    listId: async () => lists[0].id,
    campaignId: async () => createCampaign.campaign.id,
    disposition: addDisposition,
    ...(await messageSideOf(admin, { marker, area, ids })),
    consentPhone: async () => (await addConsent()).phone,
    consentId: async () => (await addConsent()).id,
    cursor: async () => cursor,
    async cursorBeforeConsent() {
      const before = (await add()).cursor;
      await addConsent();
      return before;
    },
  };
}

/** Well-formed, and there is nothing of the kind. */
export function nothing({ listId, campaignId, webhookEndpointId, cursor }: Side): Side {
  const id = (type: string) => async () => Buffer.from(`${type}:999999999`).toString('base64url');
  return {
    marker: 'Nothing',
    isOwn: false,
    ids: new Set(),
    listedPhone: async () => `+1303${2_000_000 + ++numbers}`,
    entryId: id('Entry'),
    apiKeyId: id('ApiKey'),
    environmentId: id('Environment'),
    uploadId: id('Upload'),
    tableId: id('Upload'),
    taskId: id('Task'),
    scrubId: id('Task'),
    importId: id('Task'),
    undoId: id('Task'),
    exportId: id('Task'),
    bulkId: id('Task'),
    listId,
    campaignId,
    disposition: async () => 'Nothing',
    messageId: id('Message'),
    webhookEndpointId,
    consentPhone: async () => `+1303${2_000_000 + ++numbers}`,
    consentId: id('Consent'),
    optedOutPhone: async () => `+1303${2_000_000 + ++numbers}`,
    cursor,
    cursorBeforeConsent: cursor,
  };
}
