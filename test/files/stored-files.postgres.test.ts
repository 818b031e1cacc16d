import { buffer } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { FileCleaner } from '../../src/domain/files/forget-files.ts';
import { OffsetConflictError, StoredFileGoneError } from '../../src/domain/files/stored-file-errors.ts';
import { storedFile } from '../../src/domain/files/stored-file-source.ts';
import {
  appendPart,
  completeStoredFile,
  createStoredFile,
  discardStoredFile,
  findStoredFile,
  keepStoredFile,
  PART_BYTES,
  readStoredFile,
} from '../../src/domain/files/stored-files.ts';
import { quiet } from '../db/support-log.ts';
import { onceEnded } from '../support/leftovers.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { random } from './file-door.ts';

let database: Database;
let environmentId: number;
let createdById: number;

beforeAll(async () => {
  const server = await startQuietline();
  const world = await newEnvironment(server);
  const { url: databaseUrl } = server.storage as { url: string };
  database = await openDatabase({ databaseUrl, dataDir: '', readTimeoutMs: 5_000, log: quiet });
  onceEnded('a database', () => database.close());
  environmentId = Number(world.environmentId);
  const { rows } = await database.write.query<{ id: number }>(
    `INSERT INTO actor (environment_id, type, subject, name) VALUES ($1, 'SYSTEM', 'tests', 'Tests') RETURNING id`,
    [environmentId],
  );
  createdById = rows[0]!.id;
});

const create = (keptMs = 60_000) =>
  createStoredFile(database.write, {
    environmentId,
    purpose: 'EXPORT',
    name: 'export.csv',
    mediaType: 'text/csv',
    createdById,
    keptMs,
  });
const append = (id: string, start: number, bytes: Uint8Array) =>
  appendPart(database.write, environmentId, id, start, bytes);
const read = (id: string, start?: number, end?: number) =>
  buffer(readStoredFile(database.read, { environmentId, id }, start, end));
const partsOf = async (id: string) =>
  (await database.read.query('SELECT start FROM file_part WHERE file_id = $1', [id])).rows.length;

describe('a stored file', () => {
  test('gives any stretch of its bytes, whatever the parts', async () => {
    const id = await create();
    const parts = [random(10), random(PART_BYTES), random(0), random(1), random(PART_BYTES - 3)];
    let size = 0;
    for (const part of parts) size = await append(id, size, part);
    const all = Buffer.concat(parts);
    expect(size).toBe(all.length);
    const stretches: [number?, number?][] = [
      [],
      [9, 12],
      [10, 10],
      [PART_BYTES + 9],
      [PART_BYTES, PART_BYTES + 20],
      [3],
    ];
    for (const [start, end] of stretches)
      expect((await read(id, start, end)).equals(all.subarray(start, end))).toBe(true);
    const file = storedFile(database.read, (await findStoredFile(database.read, environmentId, id))!);
    expect([file.name, file.size]).toEqual(['export.csv', all.length]);
    const streamed = await buffer(file.stream(5, PART_BYTES + 15));
    expect(streamed.equals(all.subarray(5, PART_BYTES + 15))).toBe(true);
    await expect(append(id, size, random(PART_BYTES + 1))).rejects.toThrow(RangeError);
  });

  test('is appended to at its end alone, by one of those who do it at once, and in the transaction of its caller', async () => {
    const id = await create();
    const answers = await Promise.allSettled([1, 2, 3, 4].map((n) => append(id, 0, Buffer.from([n]))));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toEqual(new OffsetConflictError(1));
    }
    const undone = database.transaction(async (sql) => {
      await appendPart(sql, environmentId, id, 1, Buffer.from('x'));
      throw new Error('the task lost its lease');
    });
    await expect(undone).rejects.toThrow('lease');
    expect(await append(id, 1, Buffer.from('y'))).toBe(2);
    await completeStoredFile(database.write, environmentId, id);
    await expect(append(id, 2, Buffer.from('z'))).rejects.toThrow(OffsetConflictError);
  });

  test('that expires while it is read fails, and never looks like a shorter one', async () => {
    const id = await create();
    for (const n of [0, 1, 2]) await append(id, n * PART_BYTES, random(PART_BYTES));
    const reading = readStoredFile(database.read, { environmentId, id });
    await reading.next();
    await discardStoredFile(database.write, environmentId, id);
    await new FileCleaner({ database, log: quiet }).clean();
    await expect(reading.next()).rejects.toThrow(StoredFileGoneError);
    await expect(read(id)).rejects.toThrow(StoredFileGoneError);
    await expect(append(id, 0, random(1))).rejects.toThrow(StoredFileGoneError);
    await expect(completeStoredFile(database.write, environmentId, id)).rejects.toThrow(StoredFileGoneError);
  });

  test('and its parts are deleted when it has expired, in small steps; others stay', async () => {
    const [expired, kept, held] = [await create(), await create(), await create(60_000)];
    for (const id of [expired, kept, held]) {
      for (let n = 0; n < 40; n += 1) await append(id, n * 1_000, random(1_000));
    }
    await keepStoredFile(database.write, environmentId, held, 3_600_000);
    await database.write.query(`UPDATE stored_file SET expires_at = now() - interval '1 s' WHERE id = $1`, [expired]);
    const statements: string[] = [];
    const watched: Database = {
      ...database,
      write: {
        query: (text, values) => {
          statements.push(text);
          return database.write.query(text, values);
        },
      },
    };
    expect(await findStoredFile(database.read, environmentId, expired)).toBeNull();
    const cleaner = new FileCleaner({ database: watched, log: quiet });
    await Promise.all([cleaner.clean(), cleaner.clean()]);
    expect([await partsOf(expired), await partsOf(kept), await partsOf(held)]).toEqual([0, 40, 40]);
    expect((await database.read.query('SELECT 1 FROM stored_file WHERE id = $1', [expired])).rows).toEqual([]);
    // 40 parts: 32, 8, and none.
    expect(statements.filter((text) => text.startsWith('DELETE FROM file_part'))).toHaveLength(3);
    const { expiresAt } = (await findStoredFile(database.read, environmentId, held))!;
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(3_000_000);
  });
});
