import { openDatabase } from '../../src/db/database.ts';
import { quiet } from './support-log.ts';

/** Opens the folder in a process of its own, says so, and with `write` adds rows one by one until it is killed. */
const [dataDir = '', mode] = process.argv.slice(2);
try {
  const database = await openDatabase({ dataDir, readTimeoutMs: 5_000, log: quiet });
  await database.write.query('CREATE TABLE IF NOT EXISTS toy (id int PRIMARY KEY)');
  process.stdout.write('open\n');
  for (let id = 1; mode === 'write'; id++) {
    await database.transaction(async (sql) => {
      await sql.query('INSERT INTO toy VALUES ($1)', [id * 2]);
      await sql.query('INSERT INTO toy VALUES ($1)', [id * 2 + 1]);
    });
    process.stdout.write(`${id}\n`);
  }
  await database.close();
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}: ${(error as Error).message}\n`);
}
