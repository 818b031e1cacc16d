import { Turnstile } from '../../suppression-index/turnstile.ts';

/** At once on this server: each may have the shared texts of a workbook in memory. */
const previews = new Turnstile(2);
/** By environment, when its last preview so far is over. */
const last = new Map<number, Promise<unknown>>();

/** Does the work when the earlier previews of this environment are over: one of them has one place, and leaves one to others. */
export function inPreviewTurn<T>(environmentId: number, work: () => Promise<T>): Promise<T> {
  const before = last.get(environmentId) ?? Promise.resolve();
  const mine = before.then(() => previews.pass(work));
  const over = mine.then(
    () => forget(),
    () => forget(),
  );
  const forget = () => {
    if (last.get(environmentId) === over) last.delete(environmentId);
  };
  last.set(environmentId, over);
  return mine;
}
