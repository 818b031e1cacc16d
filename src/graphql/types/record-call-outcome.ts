import { type RecordedCall, recordCallOutcome } from '../../domain/calls/record-call-outcome.ts';
import { builder } from '../builder.ts';
import { withEntries } from '../result-entries.ts';
import { CallFact, CallSpeaker, CallWarningType, SpokenRequestType } from './call-fact.ts';
import { DirectionEnum } from './list.ts';
import { ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';
import { shownVerdict, Verdict } from './verdict.ts';

const CallTurnInput = builder.inputType('CallTurnInput', {
  description: 'One turn of a conversation.',
  fields: (t) => ({
    speaker: t.field({ type: CallSpeaker, required: true, description: 'Who speaks.' }),
    text: t.string({ required: true, description: 'What they say, of any length.' }),
    at: t.string({
      description:
        'When, as "2026-03-04T09:00:00Z"; by default now. One that cannot be read, or lies ahead, counts as now, with a warning.',
    }),
  }),
});

const RecordCallOutcomeInput = builder.inputType('RecordCallOutcomeInput', {
  description:
    'What is known of a call, or of a part of it: leave out what is not. Later reports of the same call add to it.',
  fields: (t) => ({
    phone: t.string({
      required: true,
      description:
        "The other party's number as people write it. One that cannot be read is kept as it stands; emergency numbers and withheld callers are an error.",
    }),
    callId: t.string({
      required: true,
      description: 'The call in your phone system, 1 to 200 characters; the same in every report of it.',
    }),
    direction: t.field({ type: DirectionEnum, defaultValue: 'OUTBOUND', description: 'Who called whom.' }),
    campaign: t.string({
      description:
        "The campaign's key. Without one, or with an unknown or archived one, the environment's dispositions, menu keys and detection apply, and the answer warns.",
    }),
    agent: t.string({
      description: 'Who was on the call for you, as you name them; kept with the fact, at most 200 characters.',
    }),
    disposition: t.string({
      description:
        'The outcome that the call was closed with, whatever its capitals. It adds only if it is configured to (saveDisposition); one that only reads like a request to stop is answered with a warning.',
    }),
    addToDnc: t.boolean({
      description: 'The agent chose "Add to DNC": lists the number. False undoes nothing.',
    }),
    ivrKey: t.string({
      description: 'The key that was pressed in the phone menu, such as "9". It adds if it is one of the opt-out keys.',
    }),
    transcript: t.field({
      type: [CallTurnInput],
      description:
        'What was said, in order. What the contact says is searched for a request not to be called, English and Spanish, unless the campaign switches that off. As long as the body of a request may be.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
  }),
});

const RecordCallOutcomePayload = builder.objectRef<Answer<RecordedCall>>('RecordCallOutcomePayload').implement({
  interfaces: [Payload],
  description: 'The answer to recordCallOutcome.',
  fields: (t) => ({
    facts: t.field({
      type: [CallFact],
      nullable: true,
      description: 'What became of each thing that the report told; null when nothing was done (see userErrors).',
      complexity: { multiplier: 4 },
      resolve: ({ outcome }, _args, context, info) => outcome && withEntries(outcome.facts, context, info),
    }),
    requests: t.field({
      type: [SpokenRequestType],
      nullable: true,
      description:
        'The requests not to be called that the transcript has, in its order; null when nothing was done (see userErrors).',
      resolve: ({ outcome }) => outcome && [...outcome.requests],
    }),
    warnings: t.field({
      type: [CallWarningType],
      description: 'What to know about the report.',
      resolve: ({ outcome }) => [...(outcome?.warnings ?? [])],
    }),
    verdict: t.field({
      type: Verdict,
      nullable: true,
      description: 'Whether the number may be called now, in this campaign; null when nothing was done.',
      resolve: ({ outcome }, _args, context) => outcome && shownVerdict(outcome.verdict, context),
    }),
  }),
});

builder.mutationField('recordCallOutcome', (t) =>
  t.field({
    type: RecordCallOutcomePayload,
    nullable: true,
    description:
      'Tells what came of a call, and lists the number on DNC where it asks for that. Reports of one call add up: each fact is taken once per call and number, in any order, and no later report undoes an earlier one. Send a report again when its answer was lost or is an error: that is safe, so it takes no idempotencyKey; what could be written at an error stays. ADMIN, COMPLIANCE, AGENT, DIALER and INTEGRATOR may.',
    authScopes: { may: 'call:record' },
    args: { input: t.arg({ type: RecordCallOutcomeInput, required: true, description: 'What is known of the call.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () =>
        recordCallOutcome(viewer, input, {
          sql: services.database.read,
          log: services.log,
          verdicts: services.verdicts,
          settings: await services.settings(viewer.environmentId),
          now: new Date(),
        }),
      ),
  }),
);
