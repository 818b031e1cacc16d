/** Why an entry was left as it is, and what may be done instead. */
export interface Refusal {
  readonly code:
    | 'PERMANENT'
    | 'END_USER_OPTED_OUT'
    | 'NOT_AN_OPT_OUT'
    | 'REASON_REQUIRED'
    | 'EVIDENCE_REQUIRED'
    | 'CHANGED_MEANWHILE'
    | 'LIST_ARCHIVED';
  readonly message: string;
}

/** By the codes of the SQL function resolve_entry. */
export const refusals = {
  REFUSED_PERMANENT: {
    code: 'PERMANENT',
    message:
      'This entry is permanent: nobody can unapprove, remove, expire or edit it, for ever. Only its reason may be edited.',
  },
  REFUSED_OPTED_OUT: {
    code: 'END_USER_OPTED_OUT',
    message:
      'The person opted out themselves. Only their own START lifts this entry; COMPLIANCE and ADMIN may remove the one on DNC with reason and evidence, and nobody can make it permanent.',
  },
  REFUSED_NOT_OPTED_OUT: {
    code: 'NOT_AN_OPT_OUT',
    message: 'A START lifts what the person asked for by text, and nothing else.',
  },
  REFUSED_REASON: { code: 'REASON_REQUIRED', message: 'This would stop blocking the number, so it needs a reason.' },
  REFUSED_EVIDENCE: {
    code: 'EVIDENCE_REQUIRED',
    message: 'The contact asked for this entry, so lifting it needs evidence of what changed, as text or a link.',
  },
  REFUSED_CHANGED: {
    code: 'CHANGED_MEANWHILE',
    message:
      'Somebody changed this entry after it was read for this call. Look at it again, and repeat if it still fits.',
  },
  REFUSED_ARCHIVED: {
    code: 'LIST_ARCHIVED',
    message: 'The list is archived, so an approval would block nobody: take the list into use again first.',
  },
} as const satisfies Record<string, Refusal>;
