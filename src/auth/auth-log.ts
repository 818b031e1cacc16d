/** The part of the log that authentication writes to. What goes in names counts and errors, never a credential. */
export interface AuthLog {
  warn(fields: object, message: string): void;
}
