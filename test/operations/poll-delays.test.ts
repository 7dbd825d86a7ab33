import { expect, test } from 'vitest';
import { untilTick } from '../../src/operations/poll-delays.ts';

test('delays that end within the same tick end together, and none is shortened', () => {
  const ends = [0, 12.5, 40, 99].map((now) => now + untilTick(now, 24_901));
  expect(ends).toEqual([25_000, 25_000, 25_000, 25_000]);
  expect(untilTick(0, 24_900)).toBe(24_900);
});
