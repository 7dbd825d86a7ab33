import { expect, onTestFinished, test } from 'vitest';
import { Admission } from '../../src/backends/admission.ts';
import type { CallScope } from '../../src/domain/call-scope.ts';
import { callsOf, requestScope, scope } from './backends.support.ts';

function admitting(concurrency: number, queue: number) {
  const calls = callsOf({ admission: new Admission({ service: 'billing', concurrency, queue }) });
  const ends: (() => void)[] = [];
  const started: string[] = [];
  let next = 0;
  const read = (of: CallScope, name = ''): Promise<string> =>
    calls.read(`k${next++}`, of, async () => {
      started.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return 'ok';
    });
  async function endAll(): Promise<void> {
    while (ends.length > 0) {
      ends.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  onTestFinished(endAll);
  return { calls, read, ends, started, endAll };
}

const shed = { code: 'UNAVAILABLE', retryable: true, nothingSent: true, shed: true };

test('of 400 concurrent requests, 150 are answered and 250 are shed at once', async () => {
  const { read, ends, endAll } = admitting(50, 100);
  const startedAt = performance.now();
  let shedAt = 0;
  const reads = Array.from({ length: 400 }, () =>
    read(requestScope()).catch((error: unknown) => {
      shedAt = performance.now();
      return error;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(50);
  expect(shedAt - startedAt).toBeLessThan(100);
  await endAll();
  const results = await Promise.all(reads);
  expect(results.filter((result) => result === 'ok')).toHaveLength(150);
  expect(results.filter((result) => result !== 'ok')).toMatchObject(Array(250).fill(shed));
});

test('one request with a thousand calls is one request', async () => {
  const { read, endAll } = admitting(1, 0);
  const request = requestScope();
  const reads = Array.from({ length: 1_000 }, () => read(request));
  await endAll();
  expect(await Promise.all(reads)).toHaveLength(1_000);
});

test('a request that was admitted is not shed later, and goes before those that wait', async () => {
  const { read, started, ends, endAll } = admitting(1, 1);
  const [first, second, third] = [requestScope(), requestScope(), requestScope()];
  const page = read(first, 'first page');
  ends.shift()?.();
  await page;
  await new Promise((resolve) => setTimeout(resolve));
  const reads = [read(second, 'second'), read(third, 'third'), read(first, 'first accounts')];
  await expect(read(requestScope())).rejects.toMatchObject(shed);
  await endAll();
  expect(await Promise.all(reads)).toHaveLength(3);
  expect(started).toEqual(['first page', 'second', 'first accounts', 'third']);
});

test('a request does not hold a place while it has no call', async () => {
  const { read, ends } = admitting(1, 0);
  const idle = requestScope();
  const page = read(idle);
  ends.shift()?.();
  await page;
  await new Promise((resolve) => setTimeout(resolve));
  const other = read(requestScope());
  ends.shift()?.();
  expect(await other).toBe('ok');
});

test('a request is shed as a whole', async () => {
  const { read, endAll } = admitting(1, 0);
  const running = read(requestScope());
  const request = requestScope();
  await expect(read(request)).rejects.toMatchObject(shed);
  await endAll();
  await running;
  await expect(read(request)).rejects.toMatchObject(shed);
});

test('a viewer that fills the queue does not keep others out', async () => {
  const { read, started, endAll } = admitting(1, 4);
  const running = read(requestScope('ann'), 'running');
  const ann = Array.from({ length: 4 }, (_, n) => read(requestScope('ann'), `ann ${n}`));
  const outcomes = Promise.allSettled(ann);
  const bob = read(requestScope('bob'), 'bob');
  await endAll();
  expect(await Promise.all([running, bob])).toEqual(['ok', 'ok']);
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
  expect(started.slice(0, 3)).toEqual(['running', 'ann 0', 'bob']);
});

test('a request that leaves the queue makes room', async () => {
  const { read, endAll } = admitting(1, 1);
  const running = read(requestScope());
  const controller = new AbortController();
  const left = read(requestScope('ann', controller.signal));
  controller.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  const next = read(requestScope());
  await endAll();
  expect(await Promise.all([running, next])).toEqual(['ok', 'ok']);
});

test('polls, events and the preparation of writes: only requests are shed', async () => {
  const { calls, read } = admitting(1, 0);
  void read(requestScope());
  void read(scope());
  const event: CallScope = { ...scope(), lane: { viewer: 'ann', type: 'EVENT' } };
  void read(event);
  await expect(calls.prepare(requestScope(), async () => 'ready')).rejects.toMatchObject(shed);
  expect(await calls.prepare(scope(), async () => 'ready')).toBe('ready');
});
