import { EXIT, type ExitCode } from './exit-codes.ts';
import { notIntact, wrongUse } from './failure.ts';
import { linesOf, openToRead } from './lines.ts';
import { type Place, type VerifiedFile, verifyLogFile } from './log-file.ts';
import type { Output } from './output.ts';
import { atMostEvery, withProgress } from './progress.ts';

/** Verifies exported logs that join each other, without the server (PROTOCOL.md 70 to 72). */
export async function verifyFiles(output: Output, files: readonly string[], witness?: Place): Promise<ExitCode> {
  const verified: VerifiedFile[] = [];
  let isWitnessed = false;
  await withProgress(
    output,
    () => ({ message: 'Nothing is shown until all of it is verified.' }),
    async (progress) => {
      for (const file of files) {
        const isDue = atMostEvery(250);
        const onPlace = (place: Place, through: number) => {
          if (isDue())
            progress.show({ what: `Verifying ${file}`, done: place.position, total: through, unit: 'changes' });
          if (!witness || isWitnessed || place.position < witness.position) return;
          compareWithWitness(witness, place);
          isWitnessed = true;
        };
        const found = await verifyLogFile(linesOf(await openToRead(file)), { onPlace });
        const before = verified.at(-1);
        if (before && !joins(before, found)) {
          throw notIntact(found.after.position + 1, `${file} does not begin where the file before it ends`);
        }
        verified.push(found);
      }
    },
  );
  const [from, to] = [verified[0]!.after, verified.at(-1)!.through];
  if (witness && !isWitnessed) compareWithWitness(witness, to);
  if (from.position > 0)
    output.note(`Only from position ${from.position + 1} on: files from the beginning prove the whole log.`);
  return tellIntact(output, to.position - from.position, to);
}

function joins(before: VerifiedFile, { epoch, after }: VerifiedFile): boolean {
  return before.epoch === epoch && before.through.position === after.position && before.through.hash === after.hash;
}

/** @throws CommandFailure when the log isn't the one that the witness was noted of */
export function compareWithWitness(witness: Place, { position, hash }: Place): void {
  if (position < witness.position) {
    throw notIntact(position + 1, 'the log ends before the witness, so something was cut off');
  }
  if (position > witness.position) {
    throw wrongUse(
      `No change set ends at position ${witness.position}, or it lies before the file: look at --witness again.`,
    );
  }
  if (hash !== witness.hash)
    throw notIntact(position, 'the hash here is not the one of the witness: the log was rewritten');
}

export async function tellIntact(output: Output, changes: number, { position, hash }: Place): Promise<ExitCode> {
  await output.tell(
    { type: 'result', isIntact: true, changes, position, hash, exitCode: EXIT.done },
    `intact\t${changes} changes\t${position}:${hash}`,
  );
  output.note(
    'Keep the last field somewhere else: with --witness a later run shows that nothing before it was rewritten.',
  );
  return EXIT.done;
}
