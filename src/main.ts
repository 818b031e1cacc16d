import { setFlagsFromString } from 'node:v8';
import { type App, startApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { describeConfig } from './describe-config.ts';
import { createLog } from './log.ts';
import { welcome } from './welcome.ts';

/** Exit codes as in sysexits.h: 78 a wrong configuration, 1 anything else that kept the server from starting. */
const EX_CONFIG = 78;
/** Beside SHUTDOWN_TIMEOUT_MS, which is for requests: how long the database may take to close, PGlite's thread included. */
const CLOSE_TIMEOUT_MS = 20_000;

/**
 * V8 lets garbage pile up to several times what lives before it looks: during an import 100 MiB and more, in a process
 * whose memory has to be foreseen. This costs a few percent of its speed.
 */
const HEAP_GROWTH = '--heap-growing-percent=30';
/**
 * And it marks what lives with threads of its own, a core's worth each, beside the database on the same machine. A check
 * then waits for 20 to 40 ms about once a second of an import; marked in small steps between two requests it waits for none.
 */
const NO_MARKING_THREADS = '--no-concurrent-marking';

/** Starts one server and keeps it until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  for (const flag of [HEAP_GROWTH, NO_MARKING_THREADS]) setFlagsFromString(flag);
  const config = configOrExit();
  const log = createLog({ level: config.logLevel });
  log.info({ config: describeConfig(config), node: process.version }, 'starting');
  let app: App;
  try {
    app = await startApp({ config, log });
  } catch (error) {
    log.fatal({ err: error }, 'the server could not start');
    process.stderr.write(`\nQuietline could not start: ${(error as Error).message}\n`);
    process.exit(1);
  }
  process.stdout.write(welcome(app, config));

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    // A second signal means now.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    // A database that doesn't answer must not keep a stopped server alive: what is committed is safe there already.
    setTimeout(() => {
      log.error('the server could not stop in time');
      process.exit(1);
    }, config.shutdownTimeoutMs + CLOSE_TIMEOUT_MS).unref();
    try {
      await app.close();
    } catch (error) {
      log.error({ err: error }, 'the server did not stop cleanly');
      process.exit(1);
    }
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

function configOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}

await main();
