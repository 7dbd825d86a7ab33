import { expect, onTestFinished, test, vi } from 'vitest';
import { PollSlots } from '../../src/operations/poll-slots.ts';
import { settle } from './operations.support.ts';

/** Slots with polls that run until they are finished by name. */
function slotsOf(maxPolls: number, pollsPerSecond = 1_000) {
  const slots = new PollSlots({ maxPolls, pollsPerSecond });
  const running = new Map<string, PromiseWithResolvers<void>>();
  const owners = new Map<string, object>();
  const started: string[] = [];
  return {
    started,
    poll(name: string, isWatched: boolean, signal = new AbortController().signal) {
      const owner = {};
      owners.set(name, owner);
      return slots.run(owner, { isWatched, signal }, () => {
        started.push(name);
        const poll = Promise.withResolvers<void>();
        running.set(name, poll);
        return poll.promise;
      });
    },
    prioritise: (name: string) => slots.prioritise(owners.get(name) ?? {}),
    async finish(name: string, error?: Error) {
      const poll = running.get(name);
      if (error) poll?.reject(error);
      else poll?.resolve();
      await settle();
    },
  };
}

test('polls above the limit wait until a slot is free', async () => {
  const { poll, started, finish } = slotsOf(2);
  for (const name of ['a', 'b', 'c', 'd']) void poll(name, false);
  expect(started).toEqual(['a', 'b']);
  await finish('a');
  expect(started).toEqual(['a', 'b', 'c']);
  await finish('b');
  await finish('c');
  await finish('d');
  void poll('e', false);
  void poll('f', false);
  void poll('g', false);
  expect(started).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('polls of watched operations start first, also those that are watched while they wait', async () => {
  const { poll, started, finish, prioritise } = slotsOf(1);
  for (const name of ['a', 'b', 'c']) void poll(name, false);
  void poll('watched', true);
  prioritise('c');
  prioritise('a');
  for (const name of ['a', 'watched', 'c', 'b']) await finish(name);
  expect(started).toEqual(['a', 'watched', 'c', 'b']);
});

test('a poll that fails frees its slot', async () => {
  const { poll, started, finish } = slotsOf(1);
  const failing = poll('a', false);
  void poll('b', false);
  await Promise.all([expect(failing).rejects.toThrow('down'), finish('a', new Error('down'))]);
  expect(started).toEqual(['a', 'b']);
});

test('a poll that is aborted while it waits never starts', async () => {
  const { poll, started, finish } = slotsOf(1);
  const controller = new AbortController();
  void poll('a', false);
  const waiting = poll('b', true, controller.signal);
  void poll('c', false);
  controller.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  await finish('a');
  expect(started).toEqual(['a', 'c']);
});

test('polls that are due at once start at an even pace, and watched ones start first', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { poll, started } = slotsOf(10_000, 200);
  for (let n = 0; n < 3_000; n++) void poll(`${n}`, false);
  expect(started.length).toBeLessThanOrEqual(21);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started.length).toBeGreaterThan(200);
  expect(started.length).toBeLessThanOrEqual(221);
  void poll('watched', true);
  await vi.advanceTimersByTimeAsync(10);
  expect(started).toContain('watched');
  await vi.advanceTimersByTimeAsync(14_000);
  expect(started).toHaveLength(3_001);
});

test('unwatched polls that wait for the pace start together, and watched ones as soon as they may', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { poll, started } = slotsOf(10_000, 200);
  for (let n = 0; n < 1_000; n++) void poll(`${n}`, false);
  const counts = new Set<number>();
  for (let ms = 0; ms < 1_000; ms++) {
    await vi.advanceTimersByTimeAsync(1);
    counts.add(started.length);
  }
  expect(started.length).toBeGreaterThan(190);
  expect(counts.size).toBeLessThanOrEqual(11);
  void poll('watched', true);
  await vi.advanceTimersByTimeAsync(10);
  expect(started).toContain('watched');
});
