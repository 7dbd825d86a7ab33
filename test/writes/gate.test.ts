import { expect, test } from 'vitest';
import { Gate, type GateOptions } from '../../src/writes/gate.ts';

const never = new AbortController().signal;

function gateOf(size: number, options: Partial<GateOptions> = {}): Gate {
  return new Gate({ size, maxWaitMs: 60_000, closing: never, ...options });
}

const nothingSent = {
  code: 'UNAVAILABLE',
  retryable: true,
  message: 'Too many changes are in progress, so nothing was sent; try again.',
};

test('tasks run in the order of their arrival, no more at once than fit', async () => {
  const gate = gateOf(2);
  const entered: number[] = [];
  const leave = [0, 1, 2, 3].map(async (task) => {
    const done = await gate.enter(never);
    entered.push(task);
    return done;
  });
  const leaveFirst = await leave[0];
  const leaveSecond = await leave[1];
  expect(entered).toEqual([0, 1]);
  leaveSecond?.();
  const leaveThird = await leave[2];
  // A second end of the same task frees no place.
  leaveSecond?.();
  expect(entered).toEqual([0, 1, 2]);
  leaveFirst?.();
  leaveThird?.();
  (await leave[3])?.();
  expect(entered).toEqual([0, 1, 2, 3]);
});

test('a task whose client leaves while it waits gives its turn to the next one', async () => {
  const gate = gateOf(1);
  const leave = await gate.enter(never);
  const client = new AbortController();
  const left = gate.enter(client.signal);
  const next = gate.enter(never);
  client.abort(new Error('the client disconnected'));
  await expect(left).rejects.toMatchObject(nothingSent);
  leave();
  (await next)();
});

test.for([
  ['the longest wait is over', { maxWaitMs: 5 }],
  ['the gateway shuts down', { closing: AbortSignal.abort() }],
] as const)('a task that waits is refused when %s', async ([, options]) => {
  const gate = gateOf(1, options);
  await gate.enter(never);
  await expect(gate.enter(never)).rejects.toMatchObject(nothingSent);
});
