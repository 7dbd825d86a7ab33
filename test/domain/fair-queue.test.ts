import { expect, test } from 'vitest';
import { FairQueue } from '../../src/domain/fair-queue.ts';

const first = {};
const second = {};

function rest(queue: FairQueue<string>): string[] {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

test('lanes of a viewer take turns, and viewers before them', () => {
  const queue = new FairQueue<string>();
  for (const n of [1, 2, 3]) queue.push('ann', first, `ann first ${n}`);
  queue.push('ann', second, 'ann second 1');
  queue.push('bob', first, 'bob 1');
  queue.push('bob', first, 'bob 2');
  expect(rest(queue)).toEqual([
    ...['ann first 1', 'bob 1', 'ann second 1', 'bob 2', 'ann first 2', 'ann first 3'],
  ]);
});

test('a removed item is skipped, and its lane waits at the end when it returns', () => {
  const queue = new FairQueue<string>();
  const removed = queue.push('ann', first, 'removed');
  queue.push('ann', second, 'second');
  expect(queue.remove(removed)).toBe(true);
  expect(queue.remove(removed)).toBe(false);
  queue.push('ann', first, 'first');
  expect(rest(queue)).toEqual(['second', 'first']);
  expect(queue.shift()).toBeUndefined();
});

test('a viewer whose items were all removed leaves its turn to the others', () => {
  const queue = new FairQueue<string>();
  for (const n of [1, 2, 3]) queue.remove(queue.push('ann', first, `ann ${n}`));
  queue.push('bob', first, 'bob');
  expect(rest(queue)).toEqual(['bob']);
});
