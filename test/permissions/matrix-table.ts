/** The committed table: by field, what each viewer gets, in the order of `viewers`. */
export type Table = Map<string, readonly string[]>;

export interface Matrix {
  readonly own: Table;
  readonly foreign: Table;
}

const HEAD = `# What everybody gets for every field

Written by \`UPDATE_FIELD_MATRIX=1 npx vitest run --config test/vitest.config.ts test/permissions\`, and compared on every
run: read its diff as what it is, a change of who may see or do what. Per field the most that any way to it showed.

VALUE: seen. MASKED: seen without its digits. EMPTY: a list without rows. NULL: hidden, or there is none. A code: refused
with it. \`.\`: no way leads there.
`;
const OWN = '## In the own environment';
const FOREIGN = `## About things of the account's other environment

Root fields that are called with ids, numbers and cursors of the other environment; OWN is an answer about the own one, in
which what is named doesn't exist. Then every field of which a value of the other environment was seen: no others.`;

export function printMatrix(viewers: readonly string[], { own, foreign }: Matrix): string {
  return `${HEAD}\n${OWN}\n\n${printTable(viewers, own)}\n${FOREIGN}\n\n${printTable(viewers, foreign)}`;
}

function printTable(viewers: readonly string[], table: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const rows = [...table].map(([field, cells]) => row([field, ...cells]));
  return row(['field', ...viewers]) + row(['field', ...viewers].map(() => '---')) + rows.join('');
}

/** @throws when the columns aren't the viewers of today. */
export function parseMatrix(viewers: readonly string[], text: string): Matrix {
  const [own = '', foreign = ''] = text.split(/^## About/m);
  return { own: parseTable(viewers, own), foreign: parseTable(viewers, foreign) };
}

function parseTable(viewers: readonly string[], text: string): Table {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
  const [head, , ...body] = rows;
  if (head && head.slice(1).join() !== viewers.join()) throw new Error('The table has other roles: write it anew.');
  return new Map(body.map(([field, ...cells]) => [field!, cells]));
}

/** In words: rows that are missing, gone, or different. */
export function differences(viewers: readonly string[], committed: Table, now: Table): string[] {
  const changed = [...now].flatMap(([field, cells]) => {
    const before = committed.get(field);
    if (!before) return [`${field} has no row in the table: decide who may see it, then write the table anew.`];
    return cells.flatMap((cell, i) =>
      cell === before[i] ? [] : [`${field} for ${viewers[i]}: ${before[i]} → ${cell}`],
    );
  });
  const gone = [...committed.keys()].filter((field) => !now.has(field));
  return [...changed, ...gone.map((field) => `${field} has a row and isn't there any more: write the table anew.`)];
}
