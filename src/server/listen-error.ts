/** The server's address can't be had; the message names the variable to change. */
export class ListenError extends Error {
  readonly code = 'LISTEN_FAILED';
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'ListenError';
  }
}

/** What Node says of a failed `listen`, in words of our settings; anything unknown stays as it is. */
export function explainListenError(error: Error, host: string, port: number): Error {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        `PORT ${port} is taken on ${host} (${code}): stop the program that has it, or set PORT to another, for example PORT=${port < 65_535 ? port + 1 : 4000}.`,
        error,
      );
    case 'EACCES':
      return new ListenError(
        `PORT ${port} may not be opened by this user (${code}): set PORT to one above 1023.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(
        `HOST ${host} is not an address of this machine (${code}): set HOST to one that is, for example 127.0.0.1 or 0.0.0.0.`,
        error,
      );
    default:
      return error;
  }
}
