import { expect, onTestFinished, test } from 'vitest';
import { fixedSize } from '../../src/backends/lane-size.ts';
import { Lanes } from '../../src/backends/lanes.ts';
import { callsOf, requestScope, scope } from './backends.support.ts';

/** Calls with `size` places, which end by hand; `started` has their keys in order. */
function limitedTo(size: number) {
  const calls = callsOf({ lanes: new Lanes(fixedSize(size), 'billing') });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const read = (key: string, of = scope()): Promise<string> =>
    calls.read(key, of, async () => {
      started.push(key);
      await new Promise<void>((resolve) => ends.push(resolve));
      return key;
    });
  onTestFinished(async () => {
    while (ends.length > 0) await endOne();
  });
  /** Ends the oldest call, and lets the next one start. */
  async function endOne(): Promise<void> {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { calls, read, started, endOne };
}

test('a single read waits for one call of each other request, not for all of their calls', async () => {
  const { read, started, endOne } = limitedTo(2);
  const large = [requestScope(), requestScope(), requestScope()];
  for (const [n, request] of large.entries()) {
    for (let i = 0; i < 300; i++) void read(`${n}.${i}`, request);
  }
  void read('single', requestScope());
  for (let n = 0; n < 4; n++) await endOne();
  expect(started).toContain('single');
});

test('viewers take turns, whatever the number of their requests', async () => {
  const { read, started, endOne } = limitedTo(1);
  void read('busy');
  for (let n = 0; n < 20; n++) void read(`ann ${n}`, requestScope('ann'));
  void read('bob 0', requestScope('bob'));
  void read('bob 1', requestScope('bob'));
  for (let n = 0; n < 4; n++) await endOne();
  expect(started).toEqual(['busy', 'ann 0', 'bob 0', 'ann 1', 'bob 1']);
});

test('the gateway itself and its clients take turns', async () => {
  const { read, started, endOne } = limitedTo(1);
  void read('busy');
  for (let n = 0; n < 5; n++) void read(`poll ${n}`);
  for (let n = 0; n < 5; n++) void read(`ann ${n}`, requestScope('ann'));
  for (let n = 0; n < 4; n++) await endOne();
  expect(started).toEqual(['busy', 'poll 0', 'ann 0', 'poll 1', 'ann 1']);
});

test('a read that two requests share starts at the first turn of either', async () => {
  const { read, started, endOne } = limitedTo(1);
  void read('busy');
  const large = requestScope();
  for (let n = 0; n < 20; n++) void read(`large ${n}`, large);
  void read('large 19', requestScope());
  await endOne();
  await endOne();
  expect(started).toEqual(['busy', 'large 0', 'large 19']);
  for (let n = 0; n < 30; n++) await endOne();
  expect(started.filter((key) => key === 'large 19')).toHaveLength(1);
});

test('a request that leaves takes its waiting calls with it', async () => {
  const { read, started, endOne } = limitedTo(1);
  void read('busy');
  const controller = new AbortController();
  const left = Promise.allSettled(
    [1, 2, 3].map((n) => read(`left ${n}`, requestScope('ann', controller.signal))),
  );
  void read('stayed', requestScope());
  controller.abort(new Error('left'));
  expect(await left).toMatchObject(Array(3).fill({ reason: { message: 'left' } }));
  await endOne();
  expect(started).toEqual(['busy', 'stayed']);
});

test('thousands of calls that fail as soon as they start each get a turn', async () => {
  const { calls, read, endOne } = limitedTo(1);
  void read('busy');
  const failing = Array.from({ length: 10_000 }, async (_, n) => {
    const fail = () => {
      throw new Error(`failed ${n}`);
    };
    return calls.read(`failing ${n}`, scope(), fail).catch((error: Error) => error.message);
  });
  const last = read('last');
  await endOne();
  expect(await Promise.all(failing)).toEqual(failing.map((_, n) => `failed ${n}`));
  await endOne();
  expect(await last).toBe('last');
});
