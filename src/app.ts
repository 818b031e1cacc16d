import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthenticate } from './auth/authenticate.ts';
import { createKeyAuthenticator } from './auth/key-authenticator.ts';
import { createKeyUsage } from './auth/key-usage.ts';
import { createPersonAuthenticator } from './auth/person-authenticator.ts';
import { createRevocationWatch } from './auth/revocations.ts';
import { createStillValid } from './auth/still-valid.ts';
import { ChangeFeed } from './changes/change-feed.ts';
import { ChangeLog } from './changes/change-log.ts';
import { CursorCodec, Seal } from './changes/cursor.ts';
import type { Config } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { type CreatedAccount, createAccount, ensureFirstAccount } from './domain/accounts/create-account.ts';
import { Attempts } from './domain/attempts/attempts.ts';
import { AttemptFeed } from './domain/attempts/follow-attempts.ts';
import { MAX_SELECTED } from './domain/entries/entry-selection.ts';
import { ExpirySweeper } from './domain/entries/expire-entries.ts';
import { Downloads } from './domain/files/downloads.ts';
import { FileCleaner } from './domain/files/forget-files.ts';
import { storedFileDownloads } from './domain/files/stored-file-download.ts';
import { PART_BYTES, type StoredFileInfo } from './domain/files/stored-files.ts';
import { Uploads } from './domain/files/uploads.ts';
import { RetryCleaner } from './domain/forget-retries.ts';
import { RowProblemCleaner } from './domain/forget-row-problems.ts';
import { rowProblemDownloads } from './domain/imports/row-problem-file.ts';
import { loadServerSecret } from './domain/instance.ts';
import { Grants } from './domain/messages/grants.ts';
import type { MessageServices } from './domain/messages/receive-message.ts';
import { TaskProgressFeed } from './domain/tasks/follow-task.ts';
import { Verdicts } from './domain/verdicts/check.ts';
import { openWebhook } from './domain/webhooks/open-webhook.ts';
import type { Context, Services } from './graphql/context.ts';
import { publicError } from './graphql/errors.ts';
import { globalId, idOf } from './graphql/global-id.ts';
import { createLoaders } from './graphql/loaders.ts';
import { schema } from './graphql/schema.ts';
import { currentCursor, currentSettings, findList } from './graphql/services.ts';
import type { Log } from './log.ts';
import { CloseCode } from './server/close-codes.ts';
import { downloadRoutes } from './server/download-route.ts';
import { createServer, type Server } from './server/http-server.ts';
import { preload, readinessChecks } from './server/readiness.ts';
import { uploadRoutes } from './server/upload-routes.ts';
import { webhookRoutes } from './server/webhook-routes.ts';
import { SuppressionIndex } from './suppression-index/suppression-index.ts';
import { taskHandlers } from './tasks/handlers.ts';
import { Spool } from './tasks/spool.ts';
import { forgetLeases } from './tasks/task-lease.ts';
import { TaskRunner } from './tasks/task-runner.ts';

/** Longest statement of a page or a look-up (P3.3). */
const READ_TIMEOUT_MS = 10_000;
/** A stream on which nothing happens says so every so often (PROTOCOL.md). */
const BOOKMARK_MS = 10_000;
/** Longest wait for background work at the end. */
const FINISH_MS = 3_000;

/** One running server. */
export interface App {
  readonly url: string;
  /** The keys of the very first start, to be shown once; null on every other. */
  readonly firstAccount: CreatedAccount | null;
  fetch(request: Request): Promise<Response>;
  createAccount(name: string): Promise<CreatedAccount>;
  /** Stops accepting, tells sockets to come back, finishes what runs, closes the database. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  /** For tests: how many entries one call changes by filter, before a task does it. */
  readonly maxSelected?: number | undefined;
}

/** The composition root: opens everything in the order in which it depends on each other, and closes it in reverse. */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log } = options;
  const database = await openDatabase({
    ...config,
    directUrl: config.databaseDirectUrl,
    readTimeoutMs: READ_TIMEOUT_MS,
    log,
  });
  try {
    return await compose(options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose({ config, log, maxSelected = MAX_SELECTED }: AppOptions, database: Database): Promise<App> {
  await migrate({ url: config.databaseDirectUrl ?? config.databaseUrl, database, log });
  const serverSecret = await loadServerSecret(database, config.serverSecret);

  const feed = new ChangeFeed({
    database,
    log,
    pollIntervalMs: config.pollIntervalMs,
    onBroken: (id) => {
      index.drop(id);
      changeLog.forgetInterned();
    },
  });
  const index = new SuppressionIndex({
    database,
    feed,
    log,
    memoryBytes: config.indexMemoryMb * 2 ** 20,
    maxStalenessMs: config.maxStalenessMs,
  });
  const changeLog = new ChangeLog({ database, feed });
  const cursors = new CursorCodec(serverSecret);
  const sweeper = new ExpirySweeper({ database, log: changeLog, logger: log });

  const retryCleaner = new RetryCleaner({ database, log });
  const rowProblemCleaner = new RowProblemCleaner({ database, log });
  const fileCleaner = new FileCleaner({ database, log });
  const uploads = new Uploads({ database, log: changeLog, limits: config.limits, cleaner: fileCleaner });
  const downloads = new Downloads({
    seal: new Seal(serverSecret, 'download link v1'),
    publicUrl: config.publicUrl,
    sources: { STORED_FILE: storedFileDownloads(database.read), ROW_PROBLEMS: rowProblemDownloads(database.read) },
  });

  const verdicts = new Verdicts({ index, cursors, database });
  const attemptFeed = new AttemptFeed({ database });
  const attempts = new Attempts({
    database,
    log: changeLog,
    logger: log,
    spoolDir: config.spoolDir,
    onHead: (environmentId, head) => attemptFeed.grown(environmentId, head),
  });
  const spool = new Spool(config.spoolDir);
  const taskProgress = new TaskProgressFeed({ sql: database.read });
  const tasks = new TaskRunner({
    database,
    log,
    handlers: taskHandlers({
      database,
      log: changeLog,
      spool,
      verdicts,
      cursors,
      maxStoredResultBytes: config.limits.maxStoredResultBytes,
    }),
    // Fewer where all share one connection (P3.1).
    places: database.kind === 'pglite' ? Math.ceil(config.maxTasks / 2) : config.maxTasks,
    onChange: (environmentId, taskId, isOver) => taskProgress.changed(environmentId, taskId, isOver),
    caughtUp: async (environmentId) => (await feed.environment(environmentId)).pull(),
  });

  const keyUsage = createKeyUsage({ sql: database.write, log });
  const keys = createKeyAuthenticator({ sql: database.read, serverSecret, onUse: (viewer) => keyUsage.used(viewer) });
  const persons = config.jwt ? createPersonAuthenticator({ sql: database.read, ...config.jwt }) : undefined;
  const stillValid = createStillValid({ sql: database.feed });
  const watch = createRevocationWatch({
    feed: database.feed,
    caches: persons ? [keys, persons] : [keys],
    // Keys of the embedded database are revoked by this process alone, which closes their sockets itself.
    maxStalenessMs: database.kind === 'pglite' ? Number.POSITIVE_INFINITY : config.maxStalenessMs,
    onRevoked: (environmentId) => server.sockets.recheckEnvironment(environmentId, stillValid),
    onBlind: () => server.sockets.closeAll(CloseCode.TRY_AGAIN_LATER, 'Revocations can not be seen'),
    log,
  });

  const grants = new Grants({ sql: database.write, serverSecret });
  const settings = (environmentId: number) => currentSettings(database, index, environmentId);
  const messages: MessageServices = { log: changeLog, sql: database.read, verdicts, grants, settings };
  const webhooks = { seal: new Seal(serverSecret, 'webhook secret v1'), publicUrl: config.publicUrl };

  const services: Services = {
    database,
    log: changeLog,
    feed,
    index,
    verdicts,
    attempts,
    attemptFeed,
    uploads,
    downloads,
    cursors,
    pages: new Seal(serverSecret, 'page cursor v1'),
    serverSecret,
    grants,
    messages,
    webhooks,
    tasks,
    taskProgress,
    bookmarkMs: BOOKMARK_MS,
    maxSelected,
    settings,
    list: (environmentId, key) => findList(database, index, environmentId, key),
    cursorAt: (environmentId, position) => currentCursor(database, feed, environmentId, position),
    revoked: async (_environmentId, keyId) => {
      keys.forgetKey(keyId);
      server.sockets.closeKey(keyId);
      await Promise.all([watch.poll(), tasks.endedKeys()]);
    },
  };
  const recent = preload(database, index);
  const server: Server = createServer({
    config,
    log,
    schema,
    authenticate: createAuthenticate({ keys, persons }),
    contextFor: (viewer, { signal }): Context => ({
      viewer,
      services,
      signal,
      loaders: createLoaders(database, viewer),
    }),
    health: readinessChecks({ database, feed, maxStalenessMs: config.maxStalenessMs, recent, revocations: watch }),
    publicError,
    revocations: watch,
    routes: [
      ...uploadRoutes<StoredFileInfo>({
        store: uploads,
        ids: { show: ({ id }) => globalId('Upload', id), read: (text) => idOf('Upload', text) },
        publicUrl: config.publicUrl,
        partBytes: PART_BYTES,
        maxUploads: config.limits.maxUploads,
      }),
      ...downloadRoutes({ open: (token) => downloads.open(token), log }),
      ...webhookRoutes({ open: (token) => openWebhook(token, { ...webhooks, messages, sql: database.read }), log }),
    ],
  });

  const close = async () => {
    await server.close();
    watch.stop();
    index.stop();
    const finished = async () => {
      await attempts.close();
      await tasks.stop();
      await spool.close();
      await retryCleaner.stop();
      await rowProblemCleaner.stop();
      await fileCleaner.stop();
      await sweeper.stop();
      await feed.stop();
      await keyUsage.close();
    };
    // A database that doesn't answer must not keep the server from stopping: what is committed is safe there already.
    await Promise.race([finished(), sleep(FINISH_MS, undefined, { ref: false })]);
    await database.close();
  };
  try {
    await feed.start();
    watch.start(config.pollIntervalMs);
    sweeper.start();
    index.start();
    retryCleaner.start();
    rowProblemCleaner.start();
    fileCleaner.start();
    if (database.kind === 'pglite') await forgetLeases(database.write);
    tasks.start();
    await attempts.start();
    const { url } = await server.listen();
    // After all that can fail: keys that are shown once must not be made by a start that shows nothing.
    const firstAccount = await ensureFirstAccount(database, { serverSecret });
    return {
      url,
      firstAccount,
      fetch: (request) => server.fetch(request),
      createAccount: (name) => createAccount(database, { name, serverSecret }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
