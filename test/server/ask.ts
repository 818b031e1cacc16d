import { connectAs } from './raw-socket.ts';
import type { Toy } from './toy-server.ts';

export type Answer = {
  data?: unknown;
  errors?: { message: string; locations?: unknown; extensions?: { code?: string } }[];
};
/** Asks a toy server one thing and gives its first answer, the same whichever way it went. */
export type Ask = (toy: Toy, query: string, variables?: object) => Promise<Answer>;

export const overHttp: Ask = async (toy, query, variables) => (await toy.post({ query, variables })).json();
export const overSocket: Ask = async (toy, query, variables) => {
  const socket = await connectAs(toy, null);
  socket.subscribe('1', query, variables);
  const { type, payload } = await socket.next();
  return type === 'error' ? { errors: payload } : payload;
};
export const overSse: Ask = async (toy, query, variables) => {
  const answer = await fetch(`${toy.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  });
  return JSON.parse(/^data: (.+)$/m.exec(await answer.text())?.[1] ?? '{}');
};
