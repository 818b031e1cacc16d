import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { redactLine } from './log-redaction.ts';

export type Log = Logger;

export interface LogOptions {
  readonly level: string;
  /** For tests; standard output otherwise. */
  readonly destination?: DestinationStream;
}

/** Fields that are secret or personal whatever their type: a number in JSON isn't seen by the redaction of text. */
const secretFields = ['phone', 'phones', 'number', 'numbers', 'authorization', 'apiKey', 'token', 'secret', 'password'];

/**
 * The server's log: JSON lines. No phone number and no key ever reaches a line, wherever it hides (an error's message,
 * its stack, a database's detail): the finished line is redacted, as the last step before it is written.
 */
export function createLog({ level, destination }: LogOptions): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    hooks: { streamWrite: redactLine },
  };
  return destination ? pino(options, destination) : pino(options);
}
