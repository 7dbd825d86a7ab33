import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../src/server/turns.ts';

/** Keeps the thread busy for longer than a slice. */
function work(): void {
  const end = performance.now() + 3;
  while (performance.now() < end);
}

test('long tasks start in their order, one in each turn of the event loop', async () => {
  const turns = new Turns();
  const started: number[] = [];
  for (const task of [0, 1, 2]) {
    turns.add(() => {
      started.push(task);
      work();
    });
  }
  expect(started).toEqual([]);
  const seen: number[] = [];
  while (started.length < 3) {
    await turn();
    seen.push(started.length);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(started).toEqual([0, 1, 2]);
});

test('short tasks start in one turn, each after what the one before it did at once', async () => {
  const turns = new Turns();
  const events: string[] = [];
  for (const task of ['a', 'b']) {
    turns.add(async () => {
      events.push(`${task} starts`);
      await null;
      await null;
      events.push(`${task} continues`);
    });
  }
  await turn();
  await turn();
  expect(events).toEqual(['a starts', 'a continues', 'b starts', 'b continues']);
});

test('what a task does after an await counts for the turn', async () => {
  const turns = new Turns();
  const started: string[] = [];
  turns.add(async () => {
    started.push('first');
    await null;
    work();
  });
  turns.add(() => started.push('second'));
  await turn();
  expect(started).toEqual(['first']);
  await turn();
  await turn();
  expect(started).toEqual(['first', 'second']);
});

test('a task that is added while another starts follows it', async () => {
  const turns = new Turns();
  const started: string[] = [];
  turns.add(() => {
    started.push('first');
    turns.add(() => started.push('second'));
  });
  await turn();
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
