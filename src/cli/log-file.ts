import { notIntact } from './failure.ts';
import { commitmentTo, hashBeforeFirst, hashOfRow, SetHash } from './log-chain.ts';
import {
  type ChangeLine,
  type Committed,
  type EndLine,
  type Line,
  type LogLine,
  notAnExport,
  readFirstLine,
  readLine,
  type SetLine,
} from './log-file-lines.ts';

/** A place in a log: the end of a change set, and the chain hash there. */
export interface Place {
  readonly position: number;
  readonly hash: string;
}

/** What a file was found to hold. */
export interface VerifiedFile {
  readonly epoch: string;
  readonly after: Place;
  readonly through: Place;
  readonly sets: number;
  readonly changes: number;
}

export interface VerifyFileOptions {
  /** Hears of each place that fits, and of the position where the file ends. */
  readonly onPlace: (place: Place, through: number) => void;
}

/**
 * Verifies an exported log by itself, line by line (PROTOCOL.md 70 and 71).
 * @throws CommandFailure: NOT_INTACT, with the first position that doesn't fit; USAGE for what isn't an exported log
 */
export async function verifyLogFile(
  lines: AsyncIterable<string>,
  { onPlace }: VerifyFileOptions,
): Promise<VerifiedFile> {
  let file: VerifierOfFile | undefined;
  for await (const text of lines) {
    if (file === undefined) file = new VerifierOfFile(readFirstLine(text), onPlace);
    else file.take(readLine(text, file.next));
  }
  if (!file) throw notAnExport();
  return file.end();
}

class VerifierOfFile {
  readonly #log: LogLine;
  readonly #onPlace: VerifyFileOptions['onPlace'];
  #place: Place;
  #lastAt = Number.NEGATIVE_INFINITY;
  #open: { readonly line: SetLine; readonly hash: SetHash; next: number } | undefined;
  #end: EndLine | undefined;
  #sets = 0;

  constructor(log: LogLine, onPlace: VerifyFileOptions['onPlace']) {
    this.#log = log;
    this.#onPlace = onPlace;
    this.#place = { position: log.after, hash: log.afterHash };
    if (log.after === 0)
      fits(
        log.afterHash === hashBeforeFirst(log.epoch).toString('hex'),
        1,
        'the file begins with another hash than its epoch has',
      );
    onPlace(this.#place, log.through);
  }

  /** The position that comes next. */
  get next(): number {
    return this.#open?.next ?? this.#place.position + 1;
  }

  take(line: Line): void {
    fits(!this.#end, this.next, 'something stands behind the end of the file');
    if (line.type === 'change') this.#takeChange(line);
    else {
      fits(!this.#open, this.next, 'a change of this set is missing');
      if (line.type === 'set') this.#takeSet(line);
      else if (line.type === 'end') this.#end = line;
      else throw notIntact(this.next, 'a line of this type does not belong here');
    }
  }

  #takeSet(line: SetLine): void {
    const { firstPosition, position, previousHash, at, onBehalfOf, reason, evidence } = line;
    fits(firstPosition === this.next, this.next, 'the change set that begins here is missing');
    fits(position >= firstPosition, this.next, 'the set ends before it begins');
    fits(previousHash === this.#place.hash, this.next, 'the set follows another one than the one before it');
    fits(at >= this.#lastAt, this.next, 'the set is older than the one before it');
    for (const text of [onBehalfOf, reason, evidence]) this.#commits(text, firstPosition);
    const hash = new SetHash(Buffer.from(previousHash, 'hex'), {
      ...line,
      epoch: this.#log.epoch,
      onBehalfOf: onBehalfOf?.commitment ?? null,
      reason: reason?.commitment ?? null,
      evidence: evidence?.commitment ?? null,
    });
    this.#lastAt = at;
    this.#open = { line, hash, next: firstPosition };
  }

  #takeChange(line: ChangeLine): void {
    const open = this.#open;
    if (!open) throw notIntact(this.next, 'the set of this change is missing');
    fits(line.position === open.next, open.next, 'the change at this position is missing');
    const { number, reason, reasonBefore, evidence, evidenceBefore } = line;
    for (const text of [number, reason, reasonBefore, evidence, evidenceBefore]) this.#commits(text, line.position);
    open.hash.add(
      hashOfRow({
        ...line,
        phoneCommitment: number?.commitment ?? null,
        reason: reason?.commitment ?? null,
        reasonBefore: reasonBefore?.commitment ?? null,
        evidence: evidence?.commitment ?? null,
        evidenceBefore: evidenceBefore?.commitment ?? null,
      }),
    );
    open.next += 1;
    if (line.position < open.line.position) return;
    fits(
      open.hash.digest().toString('hex') === open.line.hash,
      open.line.firstPosition,
      'the hash of the set that begins here is another',
    );
    this.#place = { position: open.line.position, hash: open.line.hash };
    this.#open = undefined;
    this.#sets += 1;
    this.#onPlace(this.#place, this.#log.through);
  }

  #commits(committed: Committed | null, position: number): void {
    // Erased: only the commitment is left (PROTOCOL.md 19).
    if (!committed || committed.salt === null || committed.text === null) return;
    const { commitment, salt, text } = committed;
    fits(
      commitmentTo(text, Buffer.from(salt, 'hex')) === commitment,
      position,
      'a number or text here is not the one committed to',
    );
  }

  end(): VerifiedFile {
    const { epoch, after, afterHash, through, throughHash } = this.#log;
    fits(!this.#open, this.next, 'the file ends within a change set');
    if (!this.#end) throw notIntact(this.next, 'the file has no end: something was cut off');
    for (const [position, hash] of [
      [this.#end.position, this.#end.hash],
      [through, throughHash],
    ] as const) {
      fits(
        position === this.#place.position && hash === this.#place.hash,
        this.next,
        'the file ends elsewhere than it says',
      );
    }
    const changes = this.#place.position - after;
    return { epoch, after: { position: after, hash: afterHash }, through: this.#place, sets: this.#sets, changes };
  }
}

function fits(condition: boolean, position: number, problem: string): asserts condition {
  if (!condition) throw notIntact(position, problem);
}
