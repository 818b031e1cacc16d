import type { TaskSeat } from './task-seat.ts';

/** So many places, the last to be taken, are for tasks that nobody has claimed before: most of those are small. */
const QUICK_PLACES = 2;

export interface PlacesOptions {
  readonly places: number;
  /** How long a task may have a quick place while another waits for it. */
  readonly sliceMs: number;
  /** How long it may have any other while somebody waits. */
  readonly turnMs: number;
}

/**
 * The tasks that a server holds at a time. Big ones in every place must not hold up a small one: whoever came last sits
 * on the quick places and makes room there for a newcomer after a slice, since a task that takes longer isn't small.
 */
export class TaskPlaces {
  readonly #options: PlacesOptions;
  readonly #quickPlaces: number;
  /** In the order of their claims. */
  readonly #seats = new Set<TaskSeat>();

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#quickPlaces = Math.min(QUICK_PLACES, Math.floor(options.places / 2));
  }

  get seats(): readonly TaskSeat[] {
    return [...this.#seats];
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** The place that is taken next; null when there is none. */
  get next(): 'ANY' | 'QUICK' | null {
    const free = this.#options.places - this.#seats.size;
    if (free <= 0) return null;
    return free <= this.#quickPlaces ? 'QUICK' : 'ANY';
  }

  take(seat: TaskSeat): void {
    this.#seats.add(seat);
  }

  leave(seat: TaskSeat): void {
    this.#seats.delete(seat);
  }

  /** Who has had a place of this sort for long enough; null also while somebody is about to leave. */
  overdue(sort: 'ANY' | 'QUICK'): TaskSeat | null {
    const seats = this.seats;
    const { places, sliceMs, turnMs } = this.#options;
    if (seats.some(({ isLeaving }) => isLeaving)) return null;
    const firstQuick = places - this.#quickPlaces;
    const [sitting, ms] = sort === 'QUICK' ? [seats.slice(firstQuick), sliceMs] : [seats.slice(0, firstQuick), turnMs];
    return sitting.find(({ since }) => performance.now() - since >= ms) ?? null;
  }
}
