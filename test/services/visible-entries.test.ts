import { expect, test } from 'vitest';
import { VisibleEntries } from '../../src/services/visible-entries.ts';

async function* numbers(released: () => void): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= 5; n++) yield n;
  } finally {
    released();
  }
}

test('an entry that becomes invisible before it is delivered is skipped', async () => {
  const visible = new Set([1, 2, 3, 4, 5]);
  const entries = new VisibleEntries(
    numbers(() => {}),
    async (n) => visible.has(n),
  );
  expect(await entries.next()).toEqual({ done: false, value: 1 });
  visible.delete(2);
  visible.delete(3);
  expect(await entries.next()).toEqual({ done: false, value: 4 });
  expect(await entries.next()).toEqual({ done: false, value: 5 });
  expect(await entries.next()).toEqual({ done: true, value: undefined });
});

test('a reader that leaves ends the feed', async () => {
  let isReleased = false;
  const entries = new VisibleEntries(
    numbers(() => {
      isReleased = true;
    }),
    async () => true,
  );
  await entries.next();
  await entries.return();
  expect(isReleased).toBe(true);
});
