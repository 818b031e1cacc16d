import { afterAll, expect, vi } from 'vitest';

/**
 * Before each test file. Files follow each other in one process, since to start one and load all libraries for each file
 * took a third of a run. They share nothing else: each gets our modules (of src/ and test/) anew, so no state of theirs
 * outlives a file, and what belongs to the process must be left as it was found.
 */
vi.resetModules();

const before = ofTheProcess();
// Registered first, so it runs after whatever the file does at its end.
afterAll(() => expect(ofTheProcess(), 'what this test file has left behind in its process').toEqual(before));

/** What libraries add to the process when they are first loaded is not among it. */
function ofTheProcess() {
  return {
    variables: { ...process.env },
    folder: process.cwd(),
    globals: [globalThis.fetch, globalThis.Date, globalThis.setTimeout],
    signals: ['SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name)),
  };
}
