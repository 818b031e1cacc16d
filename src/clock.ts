/** Time, injectable for tests. */
export interface Clock {
  /** ms; never goes back, may stand still while the machine sleeps. */
  monotonic(): number;
  /** ms since 1970; goes on while the machine sleeps, may be set. */
  wall(): number;
}

export const systemClock: Clock = { monotonic: () => performance.now(), wall: () => Date.now() };

/** How many ms have passed since this call, by the larger of monotonic and wall time (P2.6). */
export function stalenessSince(clock: Clock): () => number {
  const wall = clock.wall();
  const monotonic = clock.monotonic();
  return () => Math.max(clock.wall() - wall, clock.monotonic() - monotonic);
}
