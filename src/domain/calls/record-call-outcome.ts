import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import { toPosition } from '../../changes/position.ts';
import { systemActor, type WriteOutcome } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { actorOf, onBehalfOf } from '../caller.ts';
import type { Settings } from '../settings.ts';
import type { Verdicts } from '../verdicts/check.ts';
import type { CheckAnswer } from '../verdicts/check-answer.ts';
import type { ListingFact } from './call-facts.ts';
import { type CallReport, type CallReportInput, readCallReport } from './call-report.ts';
import type { CallWarning } from './call-warnings.ts';
import type { SpokenRequest } from './find-requests.ts';
import { understandCall } from './understand-call.ts';

/** TAKEN: an earlier report of the call had it. NOTHING: it asks for nothing. */
export type CallFactOutcome = 'ADDED' | 'RAISED' | 'ALREADY_LISTED' | 'TAKEN' | 'NOTHING';

/** What became of one thing that a report told. */
export interface CallFactResult {
  readonly kind: ListingFact['kind'];
  readonly outcome: CallFactOutcome;
  /** The entry that stands for it on DNC now; of a TAKEN one that was lifted since, none. */
  readonly entryId: string | null;
}

export type RecordedCall = Committed<{
  readonly facts: readonly CallFactResult[];
  readonly requests: readonly SpokenRequest[];
  readonly warnings: readonly CallWarning[];
  /** Whether the number may be called, after the report. */
  readonly verdict: CheckAnswer;
  readonly position: number;
}>;

export interface CallContext {
  readonly sql: Sql;
  readonly log: ChangeLog;
  readonly settings: Settings;
  readonly verdicts: Pick<Verdicts, 'check'>;
  readonly now: Date;
}

/** The built-in list for whoever doesn't want to be called. */
const DNC = 1;

/**
 * Takes a report of a phone call (R4.8). Each fact in it is written by itself and once per call, in whatever order and
 * number of reports they come, so the same report may be sent again without harm. When some can't be written now, the
 * others are, and the report is to be sent again.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, OverloadedError, UnknownOutcomeError
 */
export async function recordCallOutcome(
  viewer: Viewer,
  input: CallReportInput,
  context: CallContext,
): Promise<RecordedCall> {
  requirePermission(viewer, 'call:record');
  const { sql, settings, verdicts, now } = context;
  const { environmentId } = viewer;
  const report = readCallReport(input, settings.defaultCountry, now);
  const call = { viewer, report, behalf: onBehalfOf(input), log: context.log };
  const { campaign, facts, requests, warnings } = await understandCall(sql, environmentId, report, settings);

  const written: Committed<WriteOutcome>[] = [];
  const failures: unknown[] = [];
  const results: CallFactResult[] = [];
  for (const { kind, listing } of facts) {
    const outcomes: Committed<WriteOutcome>[] = [];
    for (const fact of listing) {
      try {
        outcomes.push(await writeFact(call, fact, campaign?.id ?? null));
      } catch (error) {
        failures.push(error);
      }
    }
    written.push(...outcomes);
    results.push(await resultOf(sql, environmentId, report, { kind, source: listing[0]?.source, outcomes }));
  }
  if (failures.length > 0) throw failures[0];
  return {
    facts: results,
    requests,
    warnings,
    verdict: await verdicts.check(viewer, {
      phone: input.phone,
      direction: 'OUTBOUND',
      channel: 'CALL',
      campaign: report.campaignKey,
    }),
    position: written.length > 0 ? Math.max(...written.map(({ position }) => position)) : await headOf(sql, viewer),
    isEnforcedHere: written.every(({ isEnforcedHere }) => isEnforcedHere),
  };
}

interface Call {
  readonly viewer: Viewer;
  readonly report: CallReport;
  readonly behalf: ReturnType<typeof onBehalfOf>;
  readonly log: ChangeLog;
}

function writeFact(
  { viewer, report, behalf, log }: Call,
  fact: ListingFact,
  campaignId: number | null,
): Promise<Committed<WriteOutcome>> {
  const { kind, value, source, status, reason, evidence, requestedAt } = fact;
  const { callId, phone, raw, direction, agent } = report;
  const reporter = actorOf(viewer);
  return log.write({
    environmentId: viewer.environmentId,
    // R1.8: the agent's own action is theirs; what the contact said or pressed is taken by the server.
    actor: kind === 'ADD_TO_DNC' ? reporter : systemActor,
    operation: 'recordCallOutcome',
    authority: kind === 'ADD_TO_DNC' ? 'STAFF' : 'SYSTEM',
    reason,
    evidence,
    onBehalfOf: behalf,
    fact: { callId, phone, kind, value, direction, agent, reporter },
    campaignId,
    rows: [
      {
        verb: 'ADD',
        phone,
        listId: DNC,
        source,
        status,
        reason,
        evidence,
        ...(requestedAt ? { requestedAt } : {}),
        ...(raw === null ? {} : { raw }),
      },
    ],
  });
}

const byStrength = ['ADDED', 'RAISED', 'ALREADY_LISTED'] as const;

async function resultOf(
  sql: Sql,
  environmentId: number,
  { phone }: CallReport,
  fact: Pick<CallFactResult, 'kind'> & {
    readonly source: ListingFact['source'] | undefined;
    readonly outcomes: readonly WriteOutcome[];
  },
): Promise<CallFactResult> {
  const { kind, source, outcomes } = fact;
  if (!source || outcomes.length === 0) return { kind, outcome: 'NOTHING', entryId: null };
  const rows = outcomes.flatMap((outcome) => outcome.rows);
  const outcome = byStrength.find((code) => rows.some((row) => row.code === code));
  if (outcome) return { kind, outcome, entryId: rows[0]!.entryId };
  const standing = await sql.query<{ id: string }>(STANDING, [environmentId, phone, DNC, source]);
  return { kind, outcome: 'TAKEN', entryId: standing.rows[0]?.id ?? null };
}

const STANDING = `
  SELECT id FROM entry WHERE environment_id = $1::int AND phone = $2 AND list_id = $3::int AND source = $4::entry_source AND active
   ORDER BY phone, list_id, source LIMIT 1`;

/** The log's end: a report that wrote nothing is true there. */
async function headOf(sql: Sql, { environmentId }: Viewer): Promise<number> {
  const { rows } = await sql.query<{ head: string }>('SELECT head FROM environment WHERE id = $1', [environmentId]);
  return toPosition(rows[0]!.head);
}
