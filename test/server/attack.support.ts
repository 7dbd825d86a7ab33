import { expect } from 'vitest';
import { errorCodes } from '../../src/domain/error.ts';
import { json, type Sent, send } from './send.support.ts';
import { openSocket, type RawSocket } from './sockets.support.ts';

export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export type Transport = 'POST' | 'GET' | 'SSE' | 'WebSocket';

export const transports: readonly Transport[] = ['POST', 'GET', 'SSE', 'WebSocket'];

interface ShownError {
  readonly message: string;
  readonly extensions: { readonly code: string };
}

/** The errors that a client receives for an operation; throws when it receives none. */
export async function errorsOf(
  url: string,
  transport: Transport,
  operation: Operation,
): Promise<readonly ShownError[]> {
  if (transport === 'WebSocket') return errorsOverSocket(await openSocket(url), operation);
  const sent = await sendOperation(url, transport, operation);
  const body =
    transport === 'SSE' ? (/^data: (\{.*)$/m.exec(sent.text)?.[1] ?? sent.text) : sent.text;
  const { errors, data } = JSON.parse(body) as { errors?: ShownError[]; data?: unknown };
  if (!errors) throw new Error(`answered: ${body.slice(0, 200)}`);
  if (transport !== 'SSE') expect(sent.status, body).toBe(400);
  expect(data ?? undefined).toBeUndefined();
  return errors;
}

function sendOperation(url: string, transport: Transport, operation: Operation): Promise<Sent> {
  if (transport !== 'GET') {
    const accept = transport === 'SSE' ? 'text/event-stream' : graphqlJson;
    return send(url, { headers: { accept }, body: json(operation) });
  }
  const search = new URLSearchParams({ query: operation.query });
  if (operation.variables) search.set('variables', json(operation.variables));
  return send(`${url}?${search}`, { method: 'GET', headers: { accept: graphqlJson } });
}

const graphqlJson = 'application/graphql-response+json';

async function errorsOverSocket(
  socket: RawSocket,
  { query, variables }: Operation,
): Promise<readonly ShownError[]> {
  socket.subscribe('a', query, variables);
  const answered = () => socket.messages.find(({ id, type }) => id === 'a' && type !== 'complete');
  await expect.poll(answered, { interval: 2 }).toBeDefined();
  const { type, payload } = answered() ?? {};
  socket.ws.terminate();
  if (type === 'error') return payload as ShownError[];
  const { errors } = payload as { errors?: ShownError[] };
  if (!errors) throw new Error(`answered: ${json(payload).slice(0, 200)}`);
  return errors;
}

/** A refusal has a code of the closed set, and shows no paths or stack frames. */
export function expectRefusal(errors: readonly ShownError[], message: RegExp): void {
  expect(errors[0]?.message).toMatch(message);
  for (const { extensions } of errors) expect(errorCodes).toContain(extensions.code);
  expect(json(errors)).not.toMatch(internals);
}

/** File paths and stack frames. */
export const internals = /node_modules|\/src\/|file:\/\/|\n\s+at |\.ts:\d+/;

/** The gateway still answers health checks and queries. */
export async function expectAlive(url: string): Promise<void> {
  const live = await send(url.replace(/\/graphql$/, '/livez'), { method: 'GET' });
  expect(live.status).toBe(200);
  const { status } = await send(url, { body: json({ query: '{ __typename }' }) });
  expect(status).toBe(200);
}
