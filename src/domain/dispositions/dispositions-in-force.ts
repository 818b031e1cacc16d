import type { StoredDisposition } from './stored-disposition.ts';

/** What holds in calls of a campaign: its own dispositions, and the environment's where it has none of that name. */
export function dispositionsInForce(
  own: readonly StoredDisposition[],
  environments: readonly StoredDisposition[],
): StoredDisposition[] {
  const names = new Set(own.map(comparable));
  return [...own, ...environments.filter((disposition) => !names.has(comparable(disposition)))];
}

function comparable({ name }: StoredDisposition): string {
  return name.toLowerCase();
}
