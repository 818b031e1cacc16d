import type { ChangeKind } from '../../changes/change-set.ts';
import { blockBit } from '../../suppression-index/block-mask.ts';

/** One thing that a change of configuration altered, as texts for people. */
export interface ChangedDetail {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What tells which list, key or environment it was: named even where it didn't change. */
const identity = new Set(['id', 'key', 'name']);

/** What a change of a list, of settings, of an environment or of a key altered; nothing for changes of entries. */
export function changedDetails(kind: ChangeKind, before: string | null, after: string | null): ChangedDetail[] {
  if (kind.startsWith('ENTRY_')) return [];
  const was = JSON.parse(before ?? '{}') as Record<string, unknown>;
  const is = JSON.parse(after ?? '{}') as Record<string, unknown>;
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => ({ name, before: shown(name, was[name]), after: shown(name, is[name]) }))
    .filter((detail) => detail.before !== detail.after || (identity.has(detail.name) && detail.after !== null));
}

function shown(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (name === 'blocks' && typeof value === 'number') return contacts(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function contacts(mask: number): string {
  return (['OUTBOUND', 'INBOUND'] as const)
    .flatMap((direction) =>
      (['CALL', 'SMS'] as const)
        .filter((channel) => (mask & blockBit(direction, channel)) !== 0)
        .map((channel) => `${direction} ${channel}`),
    )
    .join(', ');
}
