/**
 * Why the server closed a socket. graphql-ws clients come back by themselves after 1012, 1013, 4403, 4408 and 4420,
 * and give up after 4400, 4401, 4406, 4409, 4429 and 4500. An SSE stream carries no code: it ends without `complete`.
 */
export const CloseCode = {
  /** The server stops or restarts: connect again, resume from the last cursor. */
  SERVICE_RESTART: 1012,
  /** The client reads too slowly, or the server can't show that it is fresh: connect again, resume from the last cursor. */
  TRY_AGAIN_LATER: 1013,
  /** The protocol was broken, or the message wasn't readable. */
  BAD_REQUEST: 4400,
  /** The token or key isn't valid, or it expired: get a new one first. */
  UNAUTHENTICATED: 4401,
  /** The key was revoked, or the viewer's access to the environment ended. Connecting again shows it: 4401. */
  FORBIDDEN: 4403,
  /** No `connection_init` within three seconds. */
  INIT_TIMEOUT: 4408,
  /** This viewer has as many sockets as it may (MAX_SOCKETS_PER_VIEWER). */
  TOO_MANY_SOCKETS: 4420,
  /** A fault of the server; its log has the details. */
  INTERNAL: 4500,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
