import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  activateFirstCustomer,
  expectNoMorePolls,
  expectPolling,
  startGatewayWithOutcome,
} from '../server/operations.support.ts';
import { json } from '../server/send.support.ts';
import { watchOperation } from '../server/sockets.support.ts';

const ways: [name: string, leave: (socket: Socket) => void][] = [
  ['closes its connection', (socket) => socket.end()],
  ['is gone', (socket) => socket.destroy()],
  ['resets its connection', (socket) => socket.resetAndDestroy()],
];

test.each(ways)('a reader of events that %s is no longer polled for', async (_name, leave) => {
  const gateway = await startGatewayWithOutcome('never', { OPERATION_POLL_INTERVAL_MS: '10' });
  const id = await activateFirstCustomer(gateway.url);
  const { host, port } = new URL(gateway.url);
  const body = json({ query: watchOperation, variables: { id } });
  const socket = connect(Number(port), '127.0.0.1');
  let received = '';
  socket.on('data', (data) => {
    received += data;
  });
  socket.write(
    [
      'POST /graphql HTTP/1.1',
      `host: ${host}`,
      'accept: text/event-stream',
      'content-type: application/json',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  );
  await expect.poll(() => received).toContain('"RUNNING"');
  expect(received).toMatch(/^HTTP\/1.1 200 [\s\S]*content-type: text\/event-stream/i);
  await expectPolling(gateway);
  leave(socket);
  await expectNoMorePolls(gateway);
});
