/** What a task does; as in the database. */
export type TaskKind =
  | 'IMPORT'
  | 'UNDO_IMPORT'
  | 'ENTRY_EXPORT'
  | 'LOG_EXPORT'
  | 'SCRUB'
  | 'APPROVE'
  | 'UNAPPROVE'
  | 'REMOVE';
