import type { Viewer } from '../../auth/viewer.ts';
import { type CallerInput, onBehalfOf } from '../caller.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';

interface Named extends Pick<CallerInput, 'onBehalfOf'> {
  /** The agent, by the caller's own id. */
  readonly agent?: string | null;
}

const LONGEST_AGENT = 200;

/**
 * Who makes the contact: with a person's token that person, whoever is claimed; with a key as its caller names them, else the
 * person that it acts for. Null when a key names nobody.
 * @throws UserProblemError
 */
export function agentOf(viewer: Viewer, input: Named): string | null {
  const behalf = onBehalfOf(input);
  const named = storable(input.agent);
  const own = ownId(viewer);
  if (own !== null) {
    if (named === null || named === own || named === viewer.subject) return cut(own);
    const message = "With a person's own token that person is the agent: leave agent out, or ask with a key.";
    throw new UserProblemError(problem('REFUSED', 'input.agent', message));
  }
  const agent = named ?? storable(behalf?.id);
  if (agent === null || agent.length <= LONGEST_AGENT) return agent;
  const message = `The id of an agent has at most ${LONGEST_AGENT} characters, and this one has ${agent.length}.`;
  throw new UserProblemError(problem('TOO_LONG', 'input.agent', message));
}

/** The same without a word against it, as far as it can be kept: for a call for help (R2.4). */
export function agentInHaste(viewer: Viewer, { agent, onBehalfOf: behalf }: Named): string | null {
  const named = ownId(viewer) ?? storable(agent) ?? storable(behalf?.id);
  return named && cut(named);
}

function ownId({ kind, subject }: Viewer): string | null {
  return kind === 'PERSON' ? subject.slice('person:'.length) : null;
}

function cut(id: string): string {
  return id.slice(0, LONGEST_AGENT).toWellFormed();
}
