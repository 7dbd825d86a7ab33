import { expect, test } from 'vitest';
import { skipping } from '../../src/live/skipping.ts';

test('entries that did not match are not looked at again', async () => {
  const entries = [1, 2, 3].map((sequence) => ({ sequence, isOwn: false }));
  const starts: number[] = [];
  const read = skipping(
    async (after: number) => {
      starts.push(after);
      return entries.filter(({ sequence, isOwn }) => isOwn && sequence > after);
    },
    async () => entries.length,
  );
  expect(await read(0, 10)).toEqual([]);
  entries.push({ sequence: 4, isOwn: false });
  expect(await read(0, 10)).toEqual([]);
  entries.push({ sequence: 5, isOwn: true });
  expect(await read(0, 10)).toEqual([{ sequence: 5, isOwn: true }]);
  expect(await read(5, 10)).toEqual([]);
  expect(starts).toEqual([0, 3, 4, 5]);
});

test('an entry that arrives between the two reads is not skipped', async () => {
  const entries: { sequence: number }[] = [];
  const read = skipping(
    async (after: number) => {
      const found = entries.filter(({ sequence }) => sequence > after);
      // Arrives when the read has already been answered.
      entries.push({ sequence: entries.length + 1 });
      return found;
    },
    async () => entries.length,
  );
  expect(await read(0, 10)).toEqual([]);
  expect(await read(0, 10)).toEqual([{ sequence: 1 }]);
});
