const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
/** Simple Query, Sync, Flush, Terminate, CopyDone, CopyFail: after these the client waits for the server. */
const RUN_ENDS = new Set([...'QSHXcf'].map((letter) => letter.charCodeAt(0)));

/**
 * Cuts what a PostgreSQL client writes into runs: whole messages up to one that the server has to answer. Each run can
 * then cross to the other thread as one piece, instead of a hop for every Parse, Bind and Execute.
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html)
 */
export class FrontendRuns {
  #pieces: Uint8Array[] = [];
  #size = 0;
  readonly #header = new Uint8Array(TYPE_BYTES + LENGTH_BYTES);
  #headerFilled = 0;
  #bodyLeft = 0;
  /** The first message, startup, has no type byte and is a run of its own. */
  #started = false;

  /**
   * The runs that this chunk completes; each is a copy in memory of its own, so it may be transferred. The chunk is kept
   * until its run is complete: pg never writes into a buffer that it has handed out.
   */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const runs: Uint8Array<ArrayBuffer>[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#headerFilled < this.#headerSize) at = this.#readHeader(chunk, at);
      const step = Math.min(this.#bodyLeft, chunk.length - at);
      at += step;
      this.#bodyLeft -= step;
      if (this.#headerFilled < this.#headerSize || this.#bodyLeft > 0) continue;
      const ends = !this.#started || RUN_ENDS.has(this.#header[0]!);
      this.#started = true;
      this.#headerFilled = 0;
      if (!ends) continue;
      this.#keep(chunk.subarray(from, at));
      runs.push(this.#take());
      from = at;
    }
    this.#keep(chunk.subarray(from));
    return runs;
  }

  get #headerSize(): number {
    return this.#started ? TYPE_BYTES + LENGTH_BYTES : LENGTH_BYTES;
  }

  #readHeader(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length && this.#headerFilled < this.#headerSize) {
      this.#header[this.#headerFilled++] = chunk[at++]!;
    }
    if (this.#headerFilled === this.#headerSize) {
      const length = new DataView(this.#header.buffer).getInt32(this.#headerSize - LENGTH_BYTES);
      // The length counts itself.
      this.#bodyLeft = length - LENGTH_BYTES;
    }
    return at;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  #take(): Uint8Array<ArrayBuffer> {
    const run = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      run.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#size = 0;
    return run;
  }
}
