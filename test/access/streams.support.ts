import { onTestFinished } from 'vitest';
import { connectSocket } from '../support/websocket.ts';

/** The results of one document, as JSON, in the order in which they arrived. */
export type Results = readonly string[];

/** Runs a document and returns its results, to which later ones are added. */
export type Open = (query: string, variables: Readonly<Record<string, unknown>>) => Results;

/** Every document of a viewer over one WebSocket. */
export function overWebSocket(url: string, token: string): Open {
  const client = connectSocket(url, {
    lazy: true,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  return (query, variables) => {
    const results: string[] = [];
    client.subscribe(
      { query, variables: { ...variables } },
      {
        next: (result) => void results.push(JSON.stringify(result)),
        error: (errors) => void results.push(JSON.stringify({ errors })),
        complete: () => {},
      },
    );
    return results;
  };
}

/** Every document as a stream of server-sent events. */
export function overSse(url: string, token: string): Open {
  return (query, variables) => {
    const results: string[] = [];
    const closing = new AbortController();
    onTestFinished(() => closing.abort());
    read(url, { token, query, variables, signal: closing.signal }, results).catch(() => {});
    return results;
  };
}

interface Request {
  readonly token: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

async function read(url: string, { token, signal, ...body }: Request, results: string[]) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal,
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: {')) results.push(line.slice(6));
  }
}
