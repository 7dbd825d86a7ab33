import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { sharedTestGateway } from '../support/gateway.ts';
import { errorsOf, expectAlive, expectRefusal, transports } from './attack.support.ts';
import { json } from './send.support.ts';
import { openSocket } from './sockets.support.ts';

const gateway = sharedTestGateway({ env: { MAX_SUBSCRIPTIONS: '5', WS_INIT_TIMEOUT_MS: '100' } });

const init = json({ type: 'connection_init' });
const subscribe = (id: string, query: string) =>
  json({ type: 'subscribe', id, payload: { query } });
const endless = 'subscription { operationsUpdated { id } }';

/** The code with which a socket is closed that sends these messages. */
async function closeCode(
  messages: readonly (string | Buffer)[],
  protocol = 'graphql-transport-ws',
): Promise<number> {
  const ws = new WebSocket(gateway().url.replace('http', 'ws'), protocol);
  onTestFinished(() => ws.terminate());
  ws.on('error', () => {});
  ws.once('open', () => {
    for (const message of messages) ws.send(message);
  });
  return new Promise((resolve) => ws.once('close', resolve));
}

describe('a socket is closed', () => {
  const rows: [name: string, messages: (string | Buffer)[], code: number][] = [
    ['without a connection_init', [], 4408],
    ['without JSON', ['{'], 4400],
    ['for a number', ['7'], 4400],
    ['for null', ['null'], 4400],
    ['for a list', ['[]'], 4400],
    ['for an unknown type', [json({ type: 'nothing' })], 4400],
    ['for a type that is a prototype', [json({ type: 'constructor' })], 4400],
    [
      'for connection parameters that are a list',
      ['{"type":"connection_init","payload":[]}'],
      4400,
    ],
    ['for a binary message that is not JSON', [Buffer.from([0, 1, 2])], 4400],
    ['for a message of 101 kB', [' '.repeat(101_000)], 1009],
    ['for a subscription before its init', [subscribe('a', endless)], 4401],
    ['for two inits', [init, init], 4429],
    [
      'for a subscription without an id',
      [init, '{"type":"subscribe","payload":{"query":"{a}"}}'],
      4400,
    ],
    ['for an empty id', [init, subscribe('', '{ __typename }')], 4400],
    ['for a subscription without a payload', [init, '{"type":"subscribe","id":"a"}'], 4400],
    [
      'for a query that is a number',
      [init, '{"type":"subscribe","id":"a","payload":{"query":7}}'],
      4400,
    ],
    [
      'for variables that are text',
      [init, '{"type":"subscribe","id":"a","payload":{"query":"{a}","variables":"b"}}'],
      4400,
    ],
    ['for an id that is in use', [init, subscribe('a', endless), subscribe('a', endless)], 4409],
    ['for a next from a client', [init, '{"type":"next","id":"a","payload":{}}'], 4500],
  ];
  test.each(rows)('%s', async (_name, messages, code) => {
    const closed = await closeCode(messages);
    if (code === 4500) expect(closed).toBeGreaterThanOrEqual(4400);
    else expect(closed).toBe(code);
    await expectAlive(gateway().url);
  });

  test('for another protocol', async () => {
    expect(await closeCode([], 'graphql-ws')).toBeGreaterThan(1000);
  });
});

test('1,000 subscriptions on one socket: as many run as MAX_SUBSCRIPTIONS allows', async () => {
  const socket = await openSocket(gateway().url);
  for (let n = 0; n < 1_000; n++) socket.subscribe(`s${n}`, endless);
  const refused = () => socket.messages.filter(({ type }) => type === 'error');
  await expect.poll(refused, { timeout: 10_000 }).toHaveLength(995);
  expect(refused()[0]?.payload).toMatchObject([
    {
      message: expect.stringContaining('5 operations'),
      extensions: { code: 'RATE_LIMITED', retryable: true },
    },
  ]);
  socket.send({ type: 'complete', id: 's0' });
  socket.subscribe('more', '{ __typename }');
  await expect.poll(() => socket.types('more')).toEqual(['next', 'complete']);
});

describe('a subscription whose root field may be left out', () => {
  const queries = [
    'subscription { operationsUpdated @skip(if: true) { id } }',
    'subscription { operationsUpdated @include(if: false) { id } }',
    'subscription ($no: Boolean = false) { operationsUpdated @include(if: $no) { id } }',
    'subscription { ...F @skip(if: true) } fragment F on Subscription { operationsUpdated { id } }',
    'subscription { ... @include(if: false) { operationsUpdated { id } } }',
  ];
  describe.each(transports)('over %s', (transport) => {
    test.each(queries)('%s', async (query) => {
      const errors = await errorsOf(gateway().url, transport, { query });
      expectRefusal(errors, /cannot have @skip or @include: remove the directive/);
      await expectAlive(gateway().url);
    });
  });
});
