import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../src/server/turns.ts';

test('tasks start in their order, one in each turn of the event loop', async () => {
  const turns = new Turns();
  const started: number[] = [];
  for (const task of [0, 1, 2]) turns.add(() => started.push(task));
  expect(started).toEqual([]);
  const seen: number[] = [];
  while (started.length < 3) {
    await turn();
    seen.push(started.length);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(started).toEqual([0, 1, 2]);
});

test('a task that is added while another starts gets its own turn', async () => {
  const turns = new Turns();
  const started: string[] = [];
  turns.add(() => {
    started.push('first');
    turns.add(() => started.push('second'));
  });
  await turn();
  expect(started).toEqual(['first']);
  await turn();
  expect(started).toEqual(['first', 'second']);
});

test('new connections are accepted before the next task starts, but not forever', async () => {
  const turns = new Turns();
  let isStarted = false;
  turns.add(() => {
    isStarted = true;
  });
  for (let accepted = 0; accepted < 10; accepted++) {
    turns.accepted();
    await turn();
    expect(isStarted).toBe(false);
  }
  for (let accepted = 0; accepted < 50; accepted++) {
    turns.accepted();
    await turn();
  }
  expect(isStarted).toBe(true);
});
