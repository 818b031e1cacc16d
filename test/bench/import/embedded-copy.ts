import { openPglite } from '../../../src/db/pglite-files.ts';

/** PGlite's own COPY of the rows that an import left in this folder, into the same tables emptied, through /dev/blob. */
export async function measureEmbeddedCopy(dataDir: string): Promise<number> {
  const pglite = await openPglite(dataDir);
  const blobs = new Map<string, Blob>();
  for (const [table, order] of [
    ['entry', 'md5(phone)'],
    ['change_set', 'position'],
    ['change', 'position'],
  ] as const) {
    const { blob } = await pglite.query(`COPY (SELECT * FROM ${table} ORDER BY ${order}) TO '/dev/blob'`);
    blobs.set(table, blob!);
  }
  await pglite.exec(`ALTER TABLE change DISABLE TRIGGER USER; ALTER TABLE change_set DISABLE TRIGGER USER;
    TRUNCATE change, change_set, entry; ALTER TABLE change ENABLE TRIGGER USER; ALTER TABLE change_set ENABLE TRIGGER USER;`);
  const began = performance.now();
  for (const [table, blob] of blobs) await pglite.query(`COPY ${table} FROM '/dev/blob'`, [], { blob });
  const ms = performance.now() - began;
  await pglite.close();
  return ms;
}
