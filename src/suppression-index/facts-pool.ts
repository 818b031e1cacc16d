import { formatFacts, parseFacts } from './facts.ts';

/** A mask that must be derived again; real ones are 0 to 15. */
const UNKNOWN = 255;
/** A pooled string: Map entry with slack, header, and its places in the arrays, in bytes (measured). */
const ENTRY_BYTES = 80;

/**
 * Facts strings by small id: ten million numbers share a handful. Ids are counted by use and taken again when free, so
 * the pool holds what the numbers of today have, not all that they ever had. Id 0 is '', and is never counted.
 */
export class FactsPool {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [''];
  readonly #uses: number[] = [0];
  readonly #free: number[] = [];
  #masks = new Uint8Array(64);
  #textBytes = 0;

  get bytes(): number {
    return this.#masks.byteLength + this.#texts.length * ENTRY_BYTES + this.#textBytes;
  }

  text(id: number): string {
    return this.#texts[id] as string;
  }

  /**
   * The id of these facts, with one more use.
   * @throws InvalidFactsError
   */
  retain(facts: string): number {
    if (facts === '') return 0;
    const id = this.#ids.get(facts) ?? this.#add(facts);
    this.#uses[id] = (this.#uses[id] as number) + 1;
    return id;
  }

  release(id: number): void {
    if (id === 0) return;
    const uses = (this.#uses[id] as number) - 1;
    this.#uses[id] = uses;
    if (uses > 0) return;
    const text = this.text(id);
    this.#ids.delete(text);
    this.#texts[id] = '';
    this.#textBytes -= text.length;
    this.#free.push(id);
  }

  /** The block mask of these facts, derived once and kept until `forgetMasks`. */
  mask(id: number, derive: (facts: string) => number): number {
    const known = this.#masks[id] as number;
    if (known !== UNKNOWN) return known;
    const mask = derive(this.text(id));
    this.#masks[id] = mask;
    return mask;
  }

  /** After a change of lists or settings. Masks are derived again when asked, so that this never stalls. */
  forgetMasks(): void {
    this.#masks.fill(UNKNOWN, 1);
  }

  #add(facts: string): number {
    // Checked, and rebuilt: a string cut from a row or message would keep that whole text in memory.
    const text = formatFacts(parseFacts(facts));
    const id = this.#free.pop() ?? this.#texts.length;
    if (id >= this.#masks.length) {
      const masks = new Uint8Array(this.#masks.length * 2);
      masks.set(this.#masks);
      this.#masks = masks;
    }
    this.#ids.set(text, id);
    this.#texts[id] = text;
    this.#uses[id] = 0;
    this.#masks[id] = UNKNOWN;
    this.#textBytes += text.length;
    return id;
  }
}
