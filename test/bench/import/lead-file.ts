import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** How people write a number of ten digits. */
const styles: readonly ((digits: string) => string)[] = [
  (d) => `+1${d}`,
  (d) => `(${d.slice(0, 3)}) ${d.slice(3, 6)}-${d.slice(6)}`,
  (d) => d,
  (d) => `${d.slice(0, 3)}.${d.slice(3, 6)}.${d.slice(6)}`,
  (d) => `1-${d.slice(0, 3)}-${d.slice(3, 6)}-${d.slice(6)}`,
];

/**
 * A CSV of distinct numbers in no order, in five spellings, with the columns of a CRM's export. `block` keeps files of one
 * run apart: two blocks have no number in common.
 */
export async function writeLeadFile(
  path: string,
  { rows, block = 0 }: { rows: number; block?: number },
): Promise<void> {
  const file = createWriteStream(path);
  file.write('Lead ID,Name,Phone,Reason\n');
  let text = '';
  for (let n = 0; n < rows; n++) {
    const digits = numberOf(n + block * rows);
    text += `L-${n},Ann Example,${styles[n % styles.length]!(digits)},${n % 3 === 0 ? 'Asked by mail' : ''}\n`;
    if (text.length < 65_536) continue;
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  file.end(text);
  await once(file, 'finish');
}

/** A one-to-one shuffle of 0 to 639,999,999 on North American numbers: area and exchange from 200 to 999. */
function numberOf(n: number): string {
  const shuffled = Number((BigInt(n) * 387_420_489n + 12_345n) % 640_000_000n);
  const exchange = Math.floor(shuffled / 1_000) % 800;
  const area = Math.floor(shuffled / 800_000);
  // Ten times more than the numbers wanted, so that the last digits differ too.
  return `${200 + area}${200 + exchange}${String((shuffled % 1_000) * 7 + (n % 7)).padStart(4, '0')}`;
}
