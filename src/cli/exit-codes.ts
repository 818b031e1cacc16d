/** How a command ends: scripts may rely on it. `quietline --help` prints this table. */
export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  partly: 3,
  unreachable: 4,
  stopped: 5,
  notIntact: 6,
  resync: 7,
  blocked: 10,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const meanings: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done; check: every contact may happen',
  refused: 'the server refused it, or its task failed: nothing will change until you do',
  usage: 'wrong use: an option, a file or the key is missing or wrong',
  partly: 'done, but some rows were invalid, refused or not found',
  unreachable: "the server can't be reached, or can't answer now: try again later",
  stopped: 'the task was cancelled, or you stopped waiting for it (Ctrl-C)',
  notIntact: "audit verify: the log isn't what was written",
  resync: 'watch: throw your copy away and read the list anew',
  blocked: 'check: at least one contact must not happen',
};

export function exitCodeTable(): string {
  const lines = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map(
    (name) => `  ${String(EXIT[name]).padStart(2)}  ${meanings[name]}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}
