import { type DialingMode, dialingModes } from './attempt.ts';
import type { AttemptSelection } from './attempt-filter.ts';

/** A column whose values, in the order of time, are an index of `attempt`; or the lists, which have a table of their own. */
type Driver =
  | { readonly kind: 'COLUMN'; readonly column: Column; readonly type: string; readonly values: readonly unknown[] }
  | { readonly kind: 'LIST'; readonly values: readonly number[] }
  | { readonly kind: 'KINDS'; readonly kinds: Kinds };

type Column = 'phone' | 'agent' | 'campaign_id' | 'actor_id';

interface Kinds {
  readonly decisions: string[];
  readonly directions: string[];
  readonly channels: string[];
  readonly modes: string[];
}

/** The SQL of a selection, with its parameters; `$1` is the environment. */
export class AttemptQuery {
  readonly values: unknown[];
  readonly #selection: AttemptSelection;

  constructor(environmentId: number, selection: AttemptSelection) {
    this.values = [environmentId];
    this.#selection = selection;
  }

  /** Adds a parameter. */
  bind(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }

  /**
   * `select` of the attempts that fit, in the order of time, from each of the pieces of an index that hold them: at most
   * `limit` of each, or all; `within` limits the pieces by `at` and `position` of the alias that it is given. What the
   * index doesn't know is looked at on the way, under the statement's time limit (P3.3).
   */
  pieces(select: string, within: (alias: string) => string, order: (alias: string) => string): string {
    const driver = driverOf(this.#selection);
    const rest = this.#facts(driver);
    const inside = (of: string) => `${this.#span(of)} ${within(of)} ${rest} ${order(of)}`;
    if (driver === null) return `SELECT ${select} FROM attempt a WHERE a.environment_id = $1::int ${inside('a')}`;
    if (driver.kind === 'LIST')
      return `SELECT page.* FROM unnest(${this.bind(driver.values, 'int[]')}) AS d(value)
        CROSS JOIN LATERAL (
          SELECT ${select} FROM attempt_list l
           CROSS JOIN LATERAL (SELECT * FROM attempt x WHERE x.environment_id = $1::int AND x.position = l.position OFFSET 0) a
           WHERE l.environment_id = $1::int AND l.list_id = d.value ${inside('l')}) page`;
    if (driver.kind === 'COLUMN')
      return `SELECT page.* FROM unnest(${this.bind(driver.values, `${driver.type}[]`)}) AS d(value)
        CROSS JOIN LATERAL (
          SELECT ${select} FROM attempt a
           WHERE a.environment_id = $1::int AND a.${driver.column} = d.value ${inside('a')}) page`;
    const { decisions, directions, channels, modes } = driver.kinds;
    const [decision, direction, channel, mode] = [decisions, directions, channels, modes].map((of) =>
      this.bind(of, 'text[]'),
    );
    return `SELECT page.* FROM unnest(${decision}) AS d(value), unnest(${direction}) AS e(value), unnest(${channel}) AS f(value),
        unnest(${mode}) AS g(value)
      CROSS JOIN LATERAL (
        SELECT ${select} FROM attempt a
         WHERE a.environment_id = $1::int AND a.decision = d.value AND a.direction = e.value AND a.channel = f.value
           AND a.dialing_mode = g.value ${inside('a')}) page`;
  }

  /** All that must hold of `attempt a`. */
  conditions(): string {
    return `${this.#span('a')} ${this.#facts(null)}`;
  }

  #span(of: string): string {
    const { from, to } = this.#selection.at ?? {};
    return [
      from && `AND ${of}.at >= ${this.bind(from.toISOString(), 'timestamptz')}`,
      to && `AND ${of}.at < ${this.bind(to.toISOString(), 'timestamptz')}`,
    ]
      .filter((condition) => condition)
      .join(' ');
  }

  /** What must hold of it besides its time, but for what a driver has decided. */
  #facts(driver: Driver | null): string {
    const { phones, listIds, campaignIds, agent, modes, actorIds, decision, direction, channel } = this.#selection;
    const decided = driver?.kind === 'COLUMN' ? driver.column : null;
    const all: string[] = [];
    if (phones && decided !== 'phone') all.push(`a.phone = ANY (${this.bind(phones, 'text[]')})`);
    if (agent && decided !== 'agent') all.push(`a.agent = ${this.bind(agent, 'text')}`);
    if (campaignIds && decided !== 'campaign_id') all.push(`a.campaign_id = ANY (${this.bind(campaignIds, 'int[]')})`);
    if (actorIds && decided !== 'actor_id') all.push(`a.actor_id = ANY (${this.bind(actorIds, 'int[]')})`);
    if (listIds && driver?.kind !== 'LIST')
      all.push(`a.decision = 'BLOCK' AND a.list_ids && ${this.bind(listIds, 'int[]')}`);
    if (driver?.kind !== 'KINDS') {
      if (decision) all.push(`a.decision = ${this.bind(decision, 'text')}`);
      if (direction) all.push(`a.direction = ${this.bind(direction, 'text')}`);
      if (channel) all.push(`a.channel = ${this.bind(channel, 'text')}`);
      if (modes) all.push(`a.dialing_mode = ANY (${this.bind(modes, 'text[]')})`);
    }
    return all.map((condition) => `AND ${condition}`).join(' ');
  }

  /** Whether one attempt may be in several pieces: it was blocked by several lists. */
  get hasDoubles(): boolean {
    const driver = driverOf(this.#selection);
    return driver?.kind === 'LIST' && driver.values.length > 1;
  }

  /** Whether nothing is asked of them, and all may be seen. */
  get isEverything(): boolean {
    const { at, ...others } = this.#selection;
    return !at?.from && !at?.to && Object.values(others).every((asked) => asked == null);
  }
}

/** The narrowest index first. */
function driverOf(selection: AttemptSelection): Driver | null {
  const { phones, agent, listIds, campaignIds, actorIds, decision, direction, channel, modes } = selection;
  const column = (name: Column, type: string, values: readonly unknown[]): Driver => ({
    kind: 'COLUMN',
    column: name,
    type,
    values,
  });
  if (phones) return column('phone', 'text', phones);
  if (agent) return column('agent', 'text', [agent]);
  if (actorIds) return column('actor_id', 'int', actorIds);
  if (listIds) return { kind: 'LIST', values: listIds };
  if (campaignIds) return column('campaign_id', 'int', campaignIds);
  if (!decision && !direction && !channel && !modes) return null;
  return { kind: 'KINDS', kinds: kindsOf(decision, direction, channel, modes) };
}

/** Every kind that fits: each is a piece of one index, and there are 48 at most. */
function kindsOf(
  decision: string | null | undefined,
  direction: string | null | undefined,
  channel: string | null | undefined,
  modes: readonly DialingMode[] | null,
): Kinds {
  return {
    decisions: decision ? [decision] : ['ALLOW', 'BLOCK'],
    directions: direction ? [direction] : ['OUTBOUND', 'INBOUND'],
    channels: channel ? [channel] : ['CALL', 'SMS'],
    modes: [...(modes ?? dialingModes)],
  };
}
