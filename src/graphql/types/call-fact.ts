import { type CallWarning, type CallWarningCode, callWarningSentences } from '../../domain/calls/call-warnings.ts';
import type { SpokenRequest } from '../../domain/calls/find-requests.ts';
import type { CallFactOutcome, CallFactResult } from '../../domain/calls/record-call-outcome.ts';
import { builder } from '../builder.ts';
import type { WithEntry } from '../result-entries.ts';
import { Entry } from './entry.ts';
import { MessageCertainty } from './understand-message.ts';

const kinds: Record<CallFactResult['kind'], string> = {
  ADD_TO_DNC: 'The agent chose "Add to DNC".',
  DISPOSITION: 'The outcome that the call was closed with.',
  IVR_KEY: 'The key that was pressed in the phone menu.',
  TRANSCRIPT: 'What was said.',
};

const outcomes: Record<CallFactOutcome, string> = {
  ADDED: 'The number is on DNC by it now.',
  RAISED: 'The number was on DNC by a fact of its kind, and this made the entry stricter.',
  ALREADY_LISTED: 'The number was on DNC by a fact of its kind at least as strictly; nothing changed.',
  TAKEN: 'An earlier report of this call had it: nothing changed, also when its entry was lifted since.',
  NOTHING: 'It asks for nothing, or nothing that is configured to add.',
};

function described<Name extends string>(all: Readonly<Record<Name, string>>) {
  return Object.fromEntries(
    (Object.entries(all) as [Name, string][]).map(([name, description]) => [name, { description }]),
  ) as Record<Name, { description: string }>;
}

const CallFactKind = builder.enumType('CallFactKind', {
  description: 'What a report of a call can tell.',
  values: described(kinds),
});

const CallFactOutcomeEnum = builder.enumType('CallFactOutcome', {
  description: 'What became of one fact of a call.',
  values: described(outcomes),
});

export const CallFact = builder.objectRef<WithEntry<CallFactResult>>('CallFact').implement({
  description: 'One thing that a report told, and what became of it. Each fact is taken once per call (R4.8).',
  fields: (t) => ({
    kind: t.field({ type: CallFactKind, description: 'What was told.', resolve: ({ kind }) => kind }),
    outcome: t.field({
      type: CallFactOutcomeEnum,
      description: 'What became of it.',
      resolve: ({ outcome }) => outcome,
    }),
    entry: t.field({
      type: Entry,
      nullable: true,
      description: 'The entry on DNC that stands for it; null for NOTHING, and for a TAKEN one that was lifted since.',
      resolve: ({ entry }) => entry,
    }),
  }),
});

export const CallSpeaker = builder.enumType('CallSpeaker', {
  description: 'Who speaks in a turn of a call.',
  values: {
    CONTACT: { description: 'The person who was called, or who calls in. What they ask for counts.' },
    AGENT: { description: 'Your side, a machine too. Not searched.' },
    UNKNOWN: { description: 'Not known: a request is at best put up for review, and blocks meanwhile.' },
  },
});

export const SpokenRequestType = builder.objectRef<SpokenRequest>('SpokenRequest').implement({
  description: 'A request not to be called, found in a transcript.',
  fields: (t) => ({
    turn: t.exposeInt('turn', {
      description: 'The turn that it begins in, from 0. It may go on in turns of the same speaker right after it.',
    }),
    speaker: t.field({ type: CallSpeaker, description: 'Who said it.', resolve: ({ speaker }) => speaker }),
    certainty: t.field({
      type: MessageCertainty,
      description: 'How certain it is. Said by the CONTACT, HIGH lists at once; all else lists for review.',
      resolve: ({ certainty }) => certainty,
    }),
    words: t.exposeString('words', { description: 'The words that decided.' }),
  }),
});

const CallWarningCodeEnum = builder.enumType('CallWarningCode', {
  description: 'What to know about a report of a call.',
  values: described<CallWarningCode>(callWarningSentences),
});

export const CallWarningType = builder.objectRef<CallWarning>('CallWarning').implement({
  description: 'Something to know about a report of a call. None of them keeps a number off the list.',
  fields: (t) => ({
    code: t.field({ type: CallWarningCodeEnum, description: 'Which it is.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'What it is and what to do, for people.' }),
  }),
});
