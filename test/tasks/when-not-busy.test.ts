import { expect, test } from 'vitest';
import { whenNotBusy } from '../../src/tasks/when-not-busy.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Writes with these failures first; answers how often it was tried, how often it paused, and what became of it. */
async function writing(failures: readonly Error[]) {
  let [tries, pauses] = [0, 0];
  const work = whenNotBusy(async () => {
    tries += 1;
    const failed = failures[tries - 1];
    if (failed) throw failed;
    return 'written';
  }, 1);
  try {
    for (;;) {
      const { done, value } = await work.next();
      if (done) return { tries, pauses, outcome: value };
      pauses += 1;
      await value.until;
    }
  } catch (error) {
    return { tries, pauses, outcome: error };
  }
}

test('a batch that finds the database busy is written after a pause, in which others have their turn', async () => {
  expect(await writing([failure('55P03'), failure('OVERLOADED')])).toEqual({ tries: 3, pauses: 2, outcome: 'written' });
});

test('whoever is busy for too long, or fails otherwise, is told', async () => {
  const busy = failure('55P03');
  expect(await writing(new Array(20).fill(busy))).toEqual({ tries: 10, pauses: 9, outcome: busy });
  const fenced = failure('TASK_FENCED');
  expect(await writing([fenced])).toEqual({ tries: 1, pauses: 0, outcome: fenced });
});
