import { createHash } from 'node:crypto';
import type { CallFact, EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { FoundDisposition } from '../dispositions/find-disposition.ts';
import { storable } from '../text-limits.ts';
import type { CallReport } from './call-report.ts';
import { requestKey, type SpokenRequest } from './find-requests.ts';

/** A fact of a call that lists its number: what the call's log and the entry say of it. */
export interface ListingFact {
  readonly kind: CallFact['kind'];
  readonly value: string;
  readonly source: Extract<EntrySource, 'CALL_ACTION' | 'DISPOSITION' | 'IVR' | 'TRANSCRIPT'>;
  readonly status: Extract<EntryStatus, 'APPROVED' | 'PENDING'>;
  readonly reason: string;
  readonly evidence: string;
  readonly requestedAt: Date | null;
}

/** Seed 002 has these words. */
const ASKED = 'User requested to not be called';

export function addToDncFact(report: CallReport): ListingFact {
  return {
    kind: 'ADD_TO_DNC',
    value: '',
    source: 'CALL_ACTION',
    status: 'APPROVED',
    reason: 'Added to DNC by the agent on a call',
    evidence: onCall(report),
    requestedAt: null,
  };
}

export function dispositionFact(report: CallReport, { name }: FoundDisposition): ListingFact {
  return {
    kind: 'DISPOSITION',
    value: name.toLowerCase(),
    source: 'DISPOSITION',
    status: 'APPROVED',
    reason: `The call ended as "${name}"`,
    evidence: onCall(report),
    requestedAt: null,
  };
}

export function ivrFact(report: CallReport, key: string): ListingFact {
  return {
    kind: 'IVR_KEY',
    value: key,
    source: 'IVR',
    status: 'APPROVED',
    reason: `Pressed ${key} in the phone menu to opt out`,
    evidence: onCall(report),
    requestedAt: null,
  };
}

/** What the contact clearly said acts; what is only likely, or said by nobody knows whom, waits for review. */
export function requestFact(request: SpokenRequest): ListingFact {
  const isCertain = request.speaker === 'CONTACT' && request.certainty === 'HIGH';
  return {
    kind: 'TRANSCRIPT',
    // What was only likely may be said clearly in a later report, or be one of a campaign's own phrases by then.
    value: createHash('sha256')
      .update(`${isCertain} ${requestKey(request)}`)
      .digest('hex'),
    source: 'TRANSCRIPT',
    status: isCertain ? 'APPROVED' : 'PENDING',
    reason: ASKED,
    evidence: storable(request.sentence) ?? request.words,
    requestedAt: request.at,
  };
}

function onCall({ callId, agent }: CallReport): string {
  return agent === null ? `Call ${callId}` : `Call ${callId}, agent ${agent}`;
}
