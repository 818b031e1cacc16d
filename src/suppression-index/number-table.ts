import { randomInt } from 'node:crypto';
import { hashKey, numberKey } from './number-key.ts';
import { NumberSegment, roomyCapacity, tightCapacity } from './number-segment.ts';

const MIN_CAPACITY = 16;
/** 256 kB of keys: small enough to move in about a millisecond, large enough that 10M numbers need some 600. */
const SPLIT_CAPACITY = 32_768;
/** A bound for the directory (65,536 places), should hashes ever collide by design; segments then just grow. */
const MAX_DEPTH = 16;
const SHRINK_LOAD = 0.2;
/** A Map entry with a short string key, in bytes: string header, table slots, share of the Map's slack (measured). */
const SIDE_ENTRY_BYTES = 62;

/**
 * Number -> small positive integer, for tens of millions of numbers (JS Map stops at 16.7M and takes 50-66 bytes each).
 *
 * Extendible hashing: a directory chosen by the hash's low bits points to segments, each an open-addressing table that
 * grows by half, and splits in two when it would pass 32,768 slots. So no `put` ever moves more than one segment
 * (about a millisecond), where one flat array of 10M numbers would stop the event loop for about a second each time it grows, and
 * hold old and new arrays together. (Rehashing a flat array bit by bit was the alternative: it too bounds the pause,
 * but every look-up asks two tables while it lasts, and the peak stays at 2.5 times the memory.) Segments fill and
 * split at different moments, so 10 bytes a slot at a load of 0.5-0.75 stay 13-20 bytes a number at every size.
 *
 * Keys that aren't E.164 (short codes, sender names, opt-outs kept as received: R2.3) live in a Map beside it.
 */
export class NumberTable {
  readonly #seed: number;
  readonly #side = new Map<string, number>();
  #sideBytes = 0;
  #segments: NumberSegment[];
  #mask = 0;
  #size = 0;
  /** What `reserve` promised each segment; its first growth goes straight there. */
  #reserved = 0;

  /** `seed`: for repeatable tests; by default nobody can foresee it. */
  constructor(options: { seed?: number } = {}) {
    this.#seed = options.seed ?? randomInt(2 ** 32);
    this.#segments = [new NumberSegment({ capacity: MIN_CAPACITY, depth: 0, seed: this.#seed })];
  }

  get size(): number {
    return this.#size + this.#side.size;
  }

  /** Bytes held, within 20%; walks the directory, so ask once per poll, not once per number. */
  get bytes(): number {
    let bytes = this.#segments.length * 8 + this.#sideBytes;
    // A segment of depth d is in the directory at every index that shares its low d bits: count it at the first.
    for (const [index, segment] of this.#segments.entries()) {
      if (index < 1 << segment.depth) bytes += segment.bytes;
    }
    return bytes;
  }

  /** The number's value; 0 when it has none. */
  get(phone: string): number {
    const key = numberKey(phone);
    return key === 0 ? (this.#side.get(phone) ?? 0) : this.getKey(key);
  }

  /** As `get`, for a caller that has read the digits itself (`numberKey`). */
  getKey(key: number): number {
    const hash = hashKey(key, this.#seed);
    const segment = this.#segments[hash & this.#mask] as NumberSegment;
    const slot = segment.find(key, hash);
    return slot < 0 ? 0 : segment.valueAt(slot);
  }

  /** Sets the number's value (an integer from 0 to 2^32-1; 0 deletes) and returns the one before. */
  put(phone: string, value: number): number {
    const key = numberKey(phone);
    if (key === 0) return this.#putAside(phone, value);
    const hash = hashKey(key, this.#seed);
    let segment = this.#segments[hash & this.#mask] as NumberSegment;
    let slot = segment.find(key, hash);
    if (slot >= 0) {
      const previous = segment.valueAt(slot);
      if (value === 0) this.#remove(segment, slot);
      else segment.setAt(slot, value);
      return previous;
    }
    if (value === 0) return 0;
    if (segment.used >= segment.limit) {
      segment = this.#makeRoom(segment, hash);
      slot = segment.find(key, hash);
    }
    segment.insertAt(~slot, key, value);
    this.#size += 1;
    return 0;
  }

  /** Prepares an empty table for `count` numbers: spares the moves of growth, not the memory. Ignored once in use. */
  reserve(count: number): void {
    if (this.size > 0) return;
    let depth = 0;
    // 2% above the even share: segments differ by chance.
    const share = () => tightCapacity((count / 2 ** depth) * 1.02);
    while (share() > SPLIT_CAPACITY && depth < MAX_DEPTH) depth += 1;
    this.#reserved = share();
    this.#mask = 2 ** depth - 1;
    this.#segments = Array.from(
      { length: 2 ** depth },
      () => new NumberSegment({ capacity: MIN_CAPACITY, depth, seed: this.#seed }),
    );
  }

  #putAside(phone: string, value: number): number {
    const previous = this.#side.get(phone) ?? 0;
    const bytes = SIDE_ENTRY_BYTES + phone.length;
    if (value !== 0) this.#side.set(phone, value);
    else this.#side.delete(phone);
    if (previous === 0 && value !== 0) this.#sideBytes += bytes;
    if (previous !== 0 && value === 0) this.#sideBytes -= bytes;
    return previous;
  }

  #remove(segment: NumberSegment, slot: number): void {
    segment.removeAt(slot);
    this.#size -= 1;
    // A withdrawn import of millions gives its memory back.
    if (segment.capacity > 64 && segment.used < segment.capacity * SHRINK_LOAD) {
      segment.resize(roomyCapacity(segment.used));
    }
  }

  /** Grows or splits a full segment; returns the one where `hash` now belongs, which has room. */
  #makeRoom(segment: NumberSegment, hash: number): NumberSegment {
    const capacity = Math.max(Math.ceil(segment.capacity * 1.5), this.#reserved);
    if (capacity <= SPLIT_CAPACITY || segment.depth === MAX_DEPTH) {
      segment.resize(capacity);
      return segment;
    }
    if (2 ** segment.depth === this.#segments.length) {
      this.#segments = [...this.#segments, ...this.#segments];
      this.#mask = this.#segments.length - 1;
    }
    const halves = segment.split();
    const step = 2 ** segment.depth;
    for (let index = hash & (step - 1); index < this.#segments.length; index += step) {
      this.#segments[index] = halves[(index & step) === 0 ? 0 : 1];
    }
    return this.#segments[hash & this.#mask] as NumberSegment;
  }
}
