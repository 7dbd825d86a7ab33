import { expect, onTestFinished, test } from 'vitest';
import { PUSH_PATH } from '../../src/server/routes.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { ActivateCustomerDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';

const gateway = sharedTestGateway();

interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the data of any subscription
  readonly data: any;
}

/** The events of a stream, as the standard parses them; ends when the server completes it. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const frames = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame
          .split('\n')
          .filter((line) => !line.startsWith(':') && line !== '')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
      );
      const event = fields.get('event')?.trim();
      if (event === undefined) continue;
      const data = fields.get('data')?.trim();
      yield { event, id: fields.get('id')?.trim(), data: data ? JSON.parse(data) : null };
    }
  }
}

async function open(
  query: string,
  {
    variables = {},
    headers = {},
    method = 'POST',
  }: Partial<{
    variables: object;
    headers: Record<string, string>;
    method: string;
  }> = {},
) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const url = new URL(gateway().url);
  if (method === 'GET') {
    url.searchParams.set('query', query);
    url.searchParams.set('variables', JSON.stringify(variables));
  }
  const response = await fetch(url, {
    method,
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && { body: JSON.stringify({ query, variables }) }),
    signal: controller.signal,
  });
  if (!response.body) throw new Error('the response has no body');
  return eventsOf(response.body);
}

async function all(events: AsyncIterable<ServerEvent>): Promise<ServerEvent[]> {
  const found: ServerEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

async function next(events: AsyncGenerator<ServerEvent>): Promise<ServerEvent> {
  const { value, done } = await events.next();
  if (done) throw new Error('the stream has ended');
  return value;
}

const updated = `subscription ($id: ID!, $after: String) {
  operationUpdated(id: $id, after: $after) { status cursor } }`;

test('operationUpdated has the cursor of each event as its id, and resumes after it', async () => {
  const { url } = gateway();
  const customer = await customerNamed(gateway(), 'Nordlicht Bakery');
  const { data } = await request(url, ActivateCustomerDocument, { customer });
  const started = data?.activateCustomer;
  const id = started && 'operation' in started ? started.operation.id : '';
  const events = await all(await open(updated, { variables: { id } }));
  const states = events.filter(({ event }) => event === 'next');
  expect(states.length).toBeGreaterThan(0);
  for (const state of states) expect(state.id).toBe(state.data.data.operationUpdated.cursor);
  expect(events.at(-1)).toMatchObject({ event: 'complete', id: undefined });

  // From the beginning, so that there is something to skip.
  const variables = { id, after: '0' };
  const stored = (await all(await open(updated, { variables }))).filter((e) => e.id !== undefined);
  expect(stored.length).toBeGreaterThan(1);
  const headers = { 'last-event-id': stored[0]?.id ?? '' };
  for (const method of ['GET', 'POST']) {
    const resumed = await all(await open(updated, { variables, headers, method }));
    expect(resumed.filter((e) => e.event === 'next')).toEqual(stored.slice(1));
  }
});

test('notificationReceived resumes after the last event that the client received', async () => {
  const push = async (messageId: string): Promise<void> => {
    const data = Buffer.from(JSON.stringify({ customer_id: 'C1', event_type: 'X' }));
    const message = { messageId, data: data.toString('base64') };
    await fetch(new URL(PUSH_PATH, gateway().url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message }),
    });
  };
  for (const messageId of ['1', '2', '3']) await push(messageId);
  const query = `subscription ($after: String) {
    notificationReceived(after: $after) { messageId cursor } }`;
  const first = await next(await open(query, { variables: { after: '0' } }));
  expect(first).toMatchObject({
    id: first.data.data.notificationReceived.cursor,
    data: { data: { notificationReceived: { messageId: '1' } } },
  });
  const headers = { 'last-event-id': first.id ?? '' };
  const resumed = await open(query, { variables: { after: '0' }, headers });
  expect((await next(resumed)).data.data.notificationReceived.messageId).toBe('2');
  const withoutAfter = await open(query, { headers });
  expect((await next(withoutAfter)).data.data.notificationReceived.messageId).toBe('2');
});

test('a Last-Event-ID that is no cursor is refused, and an empty one is ignored', async () => {
  const query = 'subscription { notificationReceived(after: "0") { messageId } }';
  const refused = await all(await open(query, { headers: { 'last-event-id': 'x' } }));
  expect(JSON.stringify(refused)).toContain('Last-Event-ID must be the id of an earlier event');
  const ignored = await open(query, { headers: { 'last-event-id': '' } });
  expect((await next(ignored)).data).toMatchObject({ data: { notificationReceived: {} } });
});
