const PLUS = 43;
const ZERO = 48;
const MAX_DIGITS = 15;

/**
 * An E.164 number (`+` and 1 to 15 digits, the first not 0) as a positive integer below 10^15, so exact in a double.
 * 0 for anything else. No two E.164 strings share a key.
 */
export function numberKey(phone: string): number {
  const length = phone.length;
  if (length < 2 || length > MAX_DIGITS + 1 || phone.charCodeAt(0) !== PLUS || phone.charCodeAt(1) === ZERO) return 0;
  let key = 0;
  for (let i = 1; i < length; i++) {
    const digit = phone.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return 0;
    key = key * 10 + digit;
  }
  return key;
}

/**
 * 32 well mixed bits (murmur3's finaliser, once per half of the key). The seed enters before the first mix, so that
 * nobody outside can prepare numbers that all land in one place and make look-ups slow.
 */
export function hashKey(key: number, seed: number): number {
  let hash = (key ^ seed) | 0; // ToInt32 keeps the low 32 bits of a double, also above 2^31
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash ^ ((key / 4294967296) | 0), 0xc2b2ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x27d4eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}
