import { type Document, failure, textOf } from './documents.ts';
import { onceEnded } from './leftovers.ts';
import { type Ending, MessageQueue, type Subscription } from './message-queue.ts';

export interface EventStreamRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly document: Document;
  readonly variables: unknown;
}

/** A subscription over Server-Sent Events (graphql-sse, distinct connections), on the real network. */
export async function openEventStream<TData>(request: EventStreamRequest): Promise<Subscription<TData>> {
  const { document, variables } = request;
  const stop = new AbortController();
  const response = await fetch(`${request.url}/graphql`, {
    method: 'POST',
    headers: { ...request.headers, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: textOf(document), variables: variables ?? {} }),
    signal: stop.signal,
  });
  if (!response.ok || !response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    throw failure(`No event stream: HTTP ${response.status}`, document, variables, await response.text());
  }

  let ended: (ending: Ending) => void;
  const closed = new Promise<Ending>((resolve) => {
    ended = resolve;
  });
  const close = onceEnded('an event stream', async () => {
    stop.abort();
    // Aborted between the last event and the end of the body, Node's fetch never ends the iteration.
    ended({ code: 0, reason: 'closed by the client' });
  });
  const queue = new MessageQueue<TData>({ document, variables, closed, close });
  void readEvents(response.body as unknown as AsyncIterable<Uint8Array>, (event, data) => {
    if (event === 'next') queue.push(JSON.parse(data));
    if (event === 'complete') queue.complete();
  }).then(
    () => ended({ code: 0, reason: 'end of stream' }),
    (error: Error) => ended({ code: 0, reason: error.message }),
  );
  return queue;
}

async function readEvents(
  body: AsyncIterable<Uint8Array>,
  onEvent: (event: string, data: string) => void,
): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? []);
      const valuesOf = (name: string) => fields.filter(([, field]) => field === name).map(([, , value]) => value ?? '');
      const event = valuesOf('event').at(-1);
      // A comment alone is a heartbeat.
      if (event) onEvent(event, valuesOf('data').join('\n'));
    }
  }
}
