import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { redact } from '../../src/log-redaction.ts';

describe('no phone number or key reaches a log line', () => {
  test.each([
    ['+14155550123'],
    ['4155550123'],
    ['5550123'],
    ['(415) 555-0123'],
    ['+1 (415) 555-0123'],
    ['415.555.0123'],
    ['+49 30 1234567'],
    ['+44 20 7946 0958'],
    ['415/555-0123'],
    ['415\u2011555\u20110123'],
    ['415\u00a0555\u00a00123'],
    ['%2B14155550123'],
    ['tel:+14155550123'],
    ['x4155550123y'],
    ['\uff0b\uff11\uff14\uff11\uff15\uff15\uff15\uff15\uff10\uff11\uff12\uff13'],
    ['\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0662\u0663'],
  ])('%s', (phone) => {
    for (const text of [phone, `before ${phone} after`, `Key (phone)=(3, ${phone}, 1) already exists.`, `'${phone}'`]) {
      expect(redact(text)).not.toMatch(/\p{Nd}{4}|0123|4567|0958/u);
      expect(redact(text)).toContain('[number]');
    }
  });

  test.each([
    ['ql_live_AbC123-_xyz', 'ql_live_[redacted]'],
    ['ql_test_AbC123', 'ql_test_[redacted]'],
    ['Authorization: Bearer abc.def-123', 'Authorization: [redacted]'],
    ['eyJhbGciOi.eyJzdWIi.c2ln', '[redacted]'],
    ['postgresql://quiet:hunter2@db:5432/q', 'postgresql://quiet:[redacted]@db:5432/q'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  test.each([
    ['2026-11-22T10:33:00.123Z'],
    ['2026-11-22'],
    ['db93de07-4747-4bbf-a100-466250860483'],
    ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    ['192.168.100.200'],
    ['took 1523 ms at app.ts:123:45, node 20.20.2'],
  ])('but %s stays', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('whatever the digits, and whatever surrounds them', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{6,14}$/);
    const around = fc.string({ maxLength: 12 }).map((text) => text.replace(/[0-9a-f:.+-]/gi, '~'));
    fc.assert(
      fc.property(digits, around, around, (phone, before, after) => {
        expect(redact(`${before}+${phone}${after}`)).not.toContain(phone);
        expect(redact(`${before} ${phone} ${after}`)).not.toContain(phone);
      }),
    );
  });

  const linesOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
    let lines = '';
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines += chunk;
        done();
      },
    });
    write(createLog({ level: 'debug', destination }));
    return lines;
  };

  test('in messages, stacks, causes, database details, keys of objects and children of the log', () => {
    const error = Object.assign(new Error('no +14155550123', { cause: new Error('because of 4155550123') }), {
      detail: 'Key (environment_id, phone)=(3, +14155550123) already exists.',
      parameters: ['+14155550123'],
    });
    const lines = linesOf((log) => {
      log.error(
        { err: error, byPhone: { '+14155550123': 1 }, phone: 14155550123, entry: { phone: 14155550123 } },
        'adding +14155550123 failed',
      );
      log.child({ caller: '+14155550123' }).info('ql_live_abcdef');
    });
    expect(lines).not.toMatch(/4155550123|abcdef/);
    for (const line of lines.trim().split('\n')) JSON.parse(line);
  });

  test('numbers and times of the log itself stay whole', () => {
    const line = JSON.parse(
      linesOf((log) => log.info({ position: 12345678901, durationMs: 1234567.25, at: 1763807580000 }, 'done')),
    );
    expect(line).toMatchObject({ position: 12345678901, durationMs: 1234567.25, at: 1763807580000, msg: 'done' });
    expect(Math.abs(Date.parse(line.time) - Date.now())).toBeLessThan(60_000);
  });
});
