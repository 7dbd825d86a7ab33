import { expect, onTestFinished, test, vi } from 'vitest';
import { SharedReads } from '../../src/live/shared-reads.ts';

/** Reads that end when told to; gives how many there were. */
function heldReads() {
  const reads: PromiseWithResolvers<readonly object[]>[] = [];
  const shared = new SharedReads<object>();
  const read = (key: string) =>
    shared.read(key, () => {
      const held = Promise.withResolvers<readonly object[]>();
      reads.push(held);
      return held.promise;
    });
  return { reads, shared, read };
}

test('who asks for the same at the same time gets the same objects from one read', async () => {
  const { reads, read } = heldReads();
  const asked = [read('a'), read('a'), read('a')];
  expect(reads).toHaveLength(1);
  const answer = [{}];
  reads[0]?.resolve(answer);
  for (const given of await Promise.all(asked)) expect(given).toBe(answer);
});

test('something else is read for itself', () => {
  const { reads, read } = heldReads();
  read('a');
  read('b');
  expect(reads).toHaveLength(2);
});

test('what was found is given to those who come a little later, and read again after that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { reads, read } = heldReads();
  const first = read('a');
  reads[0]?.resolve([{}]);
  const found = await first;
  expect(await read('a')).toBe(found);
  await vi.advanceTimersByTimeAsync(1_000);
  read('a');
  expect(reads).toHaveLength(2);
});

test('that there is nothing is not remembered', async () => {
  const { reads, read } = heldReads();
  const first = read('a');
  reads[0]?.resolve([]);
  await first;
  read('a');
  expect(reads).toHaveLength(2);
});

test('a failure is told to all who asked, and to nobody after', async () => {
  const { reads, read } = heldReads();
  const asked = [read('a'), read('a')];
  reads[0]?.reject(new Error('disk'));
  for (const given of asked) await expect(given).rejects.toThrow('disk');
  const later = read('a');
  reads[1]?.resolve([{}]);
  expect(await later).toEqual([{}]);
});

test('who asks behind a change is not given what was read before it', async () => {
  const { reads, shared, read } = heldReads();
  const early = read('a');
  shared.changed();
  const late = [read('a'), read('a')];
  expect(reads).toHaveLength(2);
  reads[0]?.resolve([{ read: 'before' }]);
  expect(await early).toEqual([{ read: 'before' }]);
  // The end of the old read leaves the new one to be shared.
  late.push(read('a'));
  expect(reads).toHaveLength(2);
  reads[1]?.resolve([{ read: 'behind' }]);
  expect(await Promise.all(late)).toEqual(Array(3).fill([{ read: 'behind' }]));
});
