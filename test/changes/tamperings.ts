import type pg from 'pg';
import type { LogToVerify, SetRow } from './log-to-verify.ts';

const setOf = ({ sets }: LogToVerify, position: number): SetRow => sets.find((set) => position <= set.position)!;

/** A damage, and the first position that then doesn't fit. `n` and `m` are positions drawn at random. */
export type Tampering = (log: LogToVerify, n: number, m: number) => Promise<number>;

const run = async (
  { client, environment }: LogToVerify,
  text: string,
  ...values: unknown[]
): Promise<pg.QueryResult> => {
  const result = await client.query(text, [environment, ...values]);
  if (result.rowCount === 0) throw new Error(`nothing was damaged by ${text}`);
  return result;
};
const inRow =
  (assignment: string): Tampering =>
  async (log, n) => {
    await run(log, `UPDATE change SET ${assignment} WHERE environment_id = $1 AND position = $2`, n);
    return setOf(log, n).first;
  };
const inSet =
  (assignment: string): Tampering =>
  async (log, n) => {
    await run(
      log,
      `UPDATE change_set SET ${assignment} WHERE environment_id = $1 AND position = $2`,
      setOf(log, n).position,
    );
    return setOf(log, n).first;
  };
const flip = (column: string) => `${column} = set_byte(${column}, 7, get_byte(${column}, 7) # 4)`;
/** What a number stands in beside the log: an entry, or a consent. */
const inOwner =
  (owner: 'entry' | 'consent', assignment: string): Tampering =>
  async (log, n) => {
    const { id } = (
      await run(
        log,
        `SELECT id FROM ${owner} WHERE environment_id = $1 ORDER BY id OFFSET $2::int % (SELECT count(*) FROM ${owner} WHERE environment_id = $1) LIMIT 1`,
        n,
      )
    ).rows[0];
    await run(log, `UPDATE ${owner} SET ${assignment} WHERE environment_id = $1 AND id = $2`, id);
    const firstUse = `SELECT min(position) AS p FROM change WHERE environment_id = $1 AND ${owner}_id = $2`;
    return Number((await run(log, firstUse, id)).rows[0].p);
  };
/** Another entry or consent in a change near `n`. */
const ofOwner = async (log: LogToVerify, n: number, column: 'entry_id' | 'consent_id', value: string) => {
  const near = `SELECT position FROM change WHERE environment_id = $1 AND ${column} IS NOT NULL ORDER BY abs(position - $2) LIMIT 1`;
  const { position } = (await run(log, near, n)).rows[0];
  await run(log, `UPDATE change SET ${column} = ${value} WHERE environment_id = $1 AND position = $2`, position);
  return Number(position);
};
const inText =
  (assignment: string): Tampering =>
  async (log, n) => {
    const { id } = (
      await run(
        log,
        'SELECT id FROM text_value WHERE environment_id = $1 ORDER BY id OFFSET $2::int % (SELECT count(*) FROM text_value WHERE environment_id = $1) LIMIT 1',
        n,
      )
    ).rows[0];
    await run(log, `UPDATE text_value SET ${assignment} WHERE environment_id = $1 AND id = $2`, id);
    const used = await run(
      log,
      `SELECT least((SELECT min(position) FROM change WHERE environment_id = $1 AND $2 IN (reason_id, reason_before_id, evidence_id, evidence_before_id)),
                  (SELECT min(first_position) FROM change_set WHERE environment_id = $1 AND $2 IN (on_behalf_of_id, reason_id, evidence_id))) AS p`,
      id,
    );
    return Number(used.rows[0].p);
  };

/** By what is damaged. */
export const tamperings: Record<string, Tampering> = {
  'a kind': inRow(`kind = CASE kind WHEN 'ENTRY_RAISED' THEN 'ENTRY_UPDATED' ELSE 'ENTRY_RAISED' END::change_kind`),
  'a list': inRow('list_id = coalesce(list_id, 0) + 1'),
  facts: inRow(`facts = CASE facts WHEN '' THEN NULL ELSE '' END`),
  before: inRow(`before = coalesce(before, '') || ' '`),
  after: inRow(`after = replace(coalesce(after, '{}'), '}', ' }')`),
  'another reason': inRow(
    'reason_id = (SELECT max(id) FROM text_value WHERE environment_id = $1 AND id <> coalesce(reason_id, 0))',
  ),
  'no evidence': inRow(
    'evidence_id = CASE WHEN evidence_id IS NULL THEN (SELECT min(id) FROM text_value WHERE environment_id = $1) END',
  ),
  'the related change': inRow('related_position = coalesce(related_position, 0) + 1'),
  'a set id': inSet('id = gen_random_uuid()'),
  'a time': inSet(`at = at + interval '1 ms'`),
  'an earlier time': inSet(`at = at - interval '1 hour'`),
  'who it was': inSet('actor_id = actor_id + 1'),
  'what was done': inSet(`operation = operation || '2'`),
  'the person behind': inSet(
    'on_behalf_of_id = CASE WHEN on_behalf_of_id IS NULL THEN (SELECT min(id) FROM text_value WHERE environment_id = $1) END',
  ),
  'why the set was': inSet(
    'reason_id = CASE WHEN reason_id IS NULL THEN (SELECT min(id) FROM text_value WHERE environment_id = $1) END',
  ),
  'a task': inSet('task_id = coalesce(task_id, 0) + 1'),
  'a set that begins later': inSet('first_position = first_position + 1'),
  'a set that begins earlier': inSet('first_position = first_position - 1'),
  'the hash before': inSet(flip('prev_hash')),
  'the hash': inSet(flip('hash')),
  'a commitment': async (log, n) => {
    const { position } = (
      await run(
        log,
        'SELECT position FROM change WHERE environment_id = $1 AND entry_id IS NOT NULL AND position >= least($2::int, $3::int) ORDER BY position LIMIT 1',
        n,
        log.head,
      )
    ).rows[0];
    await run(
      log,
      `UPDATE change SET ${flip('phone_commitment')} WHERE environment_id = $1 AND position = $2`,
      position,
    );
    return Number(position);
  },
  'the entry of a change': async (log, n) =>
    ofOwner(log, n, 'entry_id', '(SELECT max(id) FROM entry e WHERE environment_id = $1 AND e.id <> entry_id)'),
  'the consent of a change': async (log, n) =>
    ofOwner(log, n, 'consent_id', '(SELECT max(id) FROM consent k WHERE environment_id = $1 AND k.id <> consent_id)'),
  'a change without its consent': async (log, n) => ofOwner(log, n, 'consent_id', 'NULL'),
  'a change that names another set': async (log, n, m) => {
    await run(
      log,
      'UPDATE change SET set_position = set_position + $3 WHERE environment_id = $1 AND position = $2',
      n,
      m,
    );
    return n;
  },
  'a number': inOwner('entry', `phone = phone || '0'`),
  'a salt': inOwner('entry', flip('salt')),
  'the number of a consent': inOwner('consent', `phone = phone || '0'`),
  'the salt of a consent': inOwner('consent', flip('salt')),
  'a text': inText(`body = body || '.'`),
  'the salt of a text': inText(flip('salt')),
  'the commitment of a text': inText(flip('commitment')),
  'a change is deleted': async (log, n) => {
    await run(log, 'DELETE FROM change WHERE environment_id = $1 AND position = $2', n);
    return n;
  },
  'a set is deleted': async (log, n) => {
    await run(log, 'DELETE FROM change_set WHERE environment_id = $1 AND position = $2', setOf(log, n).position);
    return setOf(log, n).first;
  },
  'a set and its changes are deleted': async (log, n) => {
    const { first, position } = setOf(log, n);
    await run(log, 'DELETE FROM change_set WHERE environment_id = $1 AND position = $2', position);
    await run(log, 'DELETE FROM change WHERE environment_id = $1 AND position BETWEEN $2 AND $3', first, position);
    return first;
  },
  'a set is inserted': async (log, n) => {
    const { first } = setOf(log, n);
    for (const [table, columns] of [
      ['change', ['position', 'set_position']],
      ['change_set', ['position', 'first_position']],
    ] as const) {
      await run(
        log,
        `UPDATE ${table} SET ${columns.map((c) => `${c} = -${c} - 1`).join(', ')} WHERE environment_id = $1 AND position >= $2`,
        first,
      );
      await log.client.query(
        `UPDATE ${table} SET ${columns.map((c) => `${c} = -${c}`).join(', ')} WHERE environment_id = $1 AND position < 0`,
        [log.environment],
      );
    }
    await run(
      log,
      `INSERT INTO change_set SELECT environment_id, $2, $2, gen_random_uuid(), at, actor_id, operation, NULL, NULL, NULL, NULL, prev_hash, hash
         FROM change_set WHERE environment_id = $1 AND first_position = $2::bigint + 1`,
      first,
    );
    await run(
      log,
      `INSERT INTO change (environment_id, position, set_position, kind) VALUES ($1, $2, $2, 'SETTING')`,
      first,
    );
    await run(log, 'UPDATE environment SET head = head + 1 WHERE id = $1');
    return first;
  },
  'a change is added at the end': async (log) => {
    await run(
      log,
      `INSERT INTO change (environment_id, position, set_position, kind) VALUES ($1, $2, $3, 'SETTING')`,
      log.head + 1,
      log.head,
    );
    return log.head + 1;
  },
  'two changes are swapped': async (log, n, m) => {
    const other = n === m ? (n % log.head) + 1 : m;
    const setPositions = [setOf(log, n).position, setOf(log, other).position];
    await run(log, 'UPDATE change SET position = -1 WHERE environment_id = $1 AND position = $2', n);
    await run(
      log,
      'UPDATE change SET position = $2, set_position = $4 WHERE environment_id = $1 AND position = $3',
      n,
      other,
      setPositions[0],
    );
    await run(
      log,
      'UPDATE change SET position = $2, set_position = $3 WHERE environment_id = $1 AND position = -1',
      other,
      setPositions[1],
    );
    return setOf(log, Math.min(n, other)).first;
  },
  'the end is cut off': async (log) => {
    const { first, position } = log.sets.at(-1)!;
    await run(log, 'DELETE FROM change_set WHERE environment_id = $1 AND position = $2', position);
    await run(log, 'DELETE FROM change WHERE environment_id = $1 AND position >= $2', first);
    return first;
  },
  'the named end lies earlier': async (log, n) => {
    const set = log.sets[log.sets.indexOf(setOf(log, n)) - 1] ?? log.sets[0]!;
    await run(
      log,
      'UPDATE environment SET (head, head_hash, head_at) = (SELECT position, hash, at FROM change_set WHERE environment_id = $1 AND position = $2) WHERE id = $1',
      set.position,
    );
    return set.position + 1;
  },
  'the named hash': async (log) => {
    await run(log, `UPDATE environment SET ${flip('head_hash')} WHERE id = $1`);
    return log.head;
  },
  'the epoch': async (log) => {
    await run(log, `UPDATE environment SET epoch = epoch || '0' WHERE id = $1`);
    return 1;
  },
};
