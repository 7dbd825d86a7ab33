import { setTimeout as pause } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { CustomerSchema } from '../../src/gen/yandex/cloud/billing/v1/customer_pb.ts';
import { OperationService } from '../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startBillingServer } from '../support/billing-server.ts';
import { startTestGateway } from '../support/gateway.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';

const RECONNECTS = process.env['SOAK'] ? 1_000 : 50;

interface State {
  readonly cursor: string;
  readonly description: string;
  readonly status: string;
}

/** Billing whose operation has moved on whenever it is asked, until it is told to end. */
async function restlessBilling(operationId: string) {
  const billing = await startBillingServer();
  let steps = 0;
  let isEnding = false;
  const response = anyPack(CustomerSchema, create(CustomerSchema));
  billing.on(OperationService.method.get, () => ({
    id: operationId,
    description: `step ${++steps}`,
    done: isEnding,
    result: isEnding ? ({ case: 'response', value: response } as const) : { case: undefined },
  }));
  return {
    address: billing.address,
    end: () => {
      isEnding = true;
    },
  };
}

/** One connection: gives what comes until the socket is dropped, or the operation is done. */
async function connection(url: string, query: string, after: string | undefined) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  const states: State[] = [];
  let isDone = false;
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (text) => {
    const { type, payload } = JSON.parse(String(text));
    if (type === 'connection_ack') {
      socket.send(
        JSON.stringify({ type: 'subscribe', id: '1', payload: { query, variables: { after } } }),
      );
    }
    if (type !== 'next') return;
    const state: State = payload.data.state;
    states.push(state);
    isDone ||= state.status === 'SUCCEEDED';
    if (isDone) socket.terminate();
  });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  // Dropped before it was open.
  socket.on('error', () => {});
  return {
    states,
    closed,
    isDone: () => isDone,
    async drop() {
      socket.terminate();
      await closed;
    },
  };
}

const id = encodeGlobalId('Operation', 'restless');
const fields = '{ cursor description status }';

test.each([
  [
    'an operation',
    `subscription ($after: String) { state: operationUpdated(id: "${id}", after: $after) ${fields} }`,
  ],
  [
    'all operations',
    `subscription ($after: String) { state: operationsUpdated(after: $after) ${fields} }`,
  ],
])(
  'who watches %s on bad sockets sees every change once, in order',
  { timeout: 150_000 },
  async (_, query) => {
    const billing = await restlessBilling('restless');
    const { url } = await startTestGateway({
      env: { BILLING_ENDPOINT: billing.address, OPERATION_POLL_INTERVAL_MS: '10' },
    });
    // Keeps the operation moving while the other is away.
    const steady = collect(
      subscribe<{ state: State }, { after: string }>(
        connectSocket(url),
        `subscription ($after: String) { state: operationUpdated(id: "${id}", after: $after) ${fields} }`,
        { after: '0' },
      ),
    );
    const seen: State[] = [];
    let withNews = 0;
    for (let n = 0; n < RECONNECTS || withNews < RECONNECTS / 5; n++) {
      const { states, drop } = await connection(url, query, seen.at(-1)?.cursor ?? '0');
      await pause(Math.random() * 40);
      await drop();
      seen.push(...states);
      if (states.length > 0) withNews++;
    }
    billing.end();
    const last = await connection(url, query, seen.at(-1)?.cursor);
    await last.closed;
    expect(last.isDone()).toBe(true);
    seen.push(...last.states);

    const all = (await steady).map(({ data }) => data?.state);
    expect(all.map((state) => state?.description)).toEqual(all.map((__, n) => `step ${n + 1}`));
    expect(seen).toEqual(all);
  },
);
