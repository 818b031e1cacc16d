import { hashKey } from './number-key.ts';

const MAX_LOAD = 0.75;
/** Above a typed array's elements: its own and its buffer's objects, and the segment's fields, in bytes (measured). */
const OVERHEAD = 450;

/**
 * One open-addressing table with linear probing: key 0 is an empty slot. A delete shifts the run behind it back instead
 * of leaving a tombstone, so that probes stay short however often numbers come and go.
 */
export class NumberSegment {
  used = 0;
  /** How many numbers fit before the owner must resize or split it. */
  limit: number;
  /** How many low bits of the hash all its numbers share. */
  readonly depth: number;
  readonly #seed: number;
  #keys: Float64Array;
  #values: Uint16Array | Uint32Array;

  constructor(options: { capacity: number; depth: number; seed: number }) {
    this.depth = options.depth;
    this.#seed = options.seed;
    this.#keys = new Float64Array(options.capacity);
    this.#values = new Uint16Array(options.capacity);
    this.limit = Math.floor(options.capacity * MAX_LOAD);
  }

  get capacity(): number {
    return this.#keys.length;
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength + OVERHEAD;
  }

  /** The key's slot, or the complement (~) of the empty slot where it would go. */
  find(key: number, hash: number): number {
    const keys = this.#keys;
    const last = keys.length - 1;
    let slot = this.#home(hash);
    for (;;) {
      const found = keys[slot];
      if (found === key) return slot;
      if (found === 0) return ~slot;
      slot = slot === last ? 0 : slot + 1;
    }
  }

  valueAt(slot: number): number {
    return this.#values[slot] as number;
  }

  /** Takes an empty slot that `find` named. The caller keeps `used` under `limit`, or probes would never end. */
  insertAt(slot: number, key: number, value: number): void {
    this.#keys[slot] = key;
    this.setAt(slot, value);
    this.used += 1;
  }

  setAt(slot: number, value: number): void {
    if (value > 0xffff && this.#values instanceof Uint16Array) this.#values = Uint32Array.from(this.#values);
    this.#values[slot] = value;
  }

  removeAt(slot: number): void {
    const keys = this.#keys;
    const last = keys.length - 1;
    let hole = slot;
    let next = slot;
    for (;;) {
      next = next === last ? 0 : next + 1;
      const key = keys[next] as number;
      if (key === 0) break;
      const home = this.#home(hashKey(key, this.#seed));
      // A key moves back unless its home lies behind the hole (cyclically in (hole, next]), where it would be lost.
      const stays = hole < next ? hole < home && home <= next : hole < home || home <= next;
      if (stays) continue;
      keys[hole] = key;
      this.#values[hole] = this.#values[next] as number;
      hole = next;
    }
    keys[hole] = 0;
    this.#values[hole] = 0;
    this.used -= 1;
  }

  /** Moves every number into arrays of another size. */
  resize(capacity: number): void {
    const next = new NumberSegment({ capacity, depth: this.depth, seed: this.#seed });
    this.#moveAll(next, next, 0);
    this.#keys = next.#keys;
    this.#values = next.#values;
    this.limit = next.limit;
  }

  /** Two segments that part this one's numbers by the next bit of the hash: [bit is 0, bit is 1]. */
  split(): readonly [NumberSegment, NumberSegment] {
    const bit = 1 << this.depth;
    let ones = 0;
    // Counted first: each side gets room for what it has, should all of them fall to one.
    for (const key of this.#keys) if (key !== 0 && (hashKey(key, this.#seed) & bit) !== 0) ones += 1;
    const [zero, one] = [this.used - ones, ones].map(
      (count) => new NumberSegment({ capacity: roomyCapacity(count), depth: this.depth + 1, seed: this.#seed }),
    ) as [NumberSegment, NumberSegment];
    this.#moveAll(zero, one, bit);
    return [zero, one];
  }

  #moveAll(zero: NumberSegment, one: NumberSegment, bit: number): void {
    const keys = this.#keys;
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] as number;
      if (key === 0) continue;
      const hash = hashKey(key, this.#seed);
      const target = (hash & bit) === 0 ? zero : one;
      target.insertAt(~target.find(key, hash), key, this.#values[slot] as number);
    }
  }

  /** From the hash's high bits; the low ones choose the segment and are the same for all of its numbers. */
  #home(hash: number): number {
    return Math.floor((hash * this.#keys.length) / 4294967296);
  }
}

/** Slots for `count` numbers with room for half as many again before the next move. */
export function roomyCapacity(count: number): number {
  return Math.max(16, Math.ceil((count * 1.5) / MAX_LOAD));
}

/** Slots that just hold `count` numbers. */
export function tightCapacity(count: number): number {
  return Math.max(16, Math.ceil((count + 1) / MAX_LOAD));
}
