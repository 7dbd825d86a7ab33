import { expect, test } from 'vitest';
import { Gate } from '../../src/domain/gate.ts';

const never = new AbortController().signal;

test('tasks run in the order of their arrival, no more at once than fit', async () => {
  const gate = new Gate(2);
  const entered: number[] = [];
  const leave = [0, 1, 2, 3].map(async (task) => {
    const done = await gate.enter(never);
    entered.push(task);
    return done;
  });
  const leaveFirst = await leave[0];
  const leaveSecond = await leave[1];
  expect(entered).toEqual([0, 1]);
  leaveSecond?.();
  const leaveThird = await leave[2];
  // A second end of the same task frees no place.
  leaveSecond?.();
  expect(entered).toEqual([0, 1, 2]);
  leaveFirst?.();
  leaveThird?.();
  (await leave[3])?.();
  expect(entered).toEqual([0, 1, 2, 3]);
});

test('a task whose client leaves while it waits gives its turn to the next one', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(never);
  const client = new AbortController();
  const left = gate.enter(client.signal);
  const next = gate.enter(never);
  client.abort(new Error('the client disconnected'));
  await expect(left).rejects.toThrow('the client disconnected');
  leave();
  (await next)();
});

test('a task that fails ends its turn', async () => {
  const gate = new Gate(1);
  const failing = gate.run(never, async () => {
    throw new Error('the task failed');
  });
  await expect(failing).rejects.toThrow('the task failed');
  expect(gate.isFull).toBe(false);
});

test('tasks of several viewers take turns', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(never);
  const entered: string[] = [];
  const tasks = ['a', 'a', 'a', 'b'].map(async (viewer) => {
    const done = await gate.enter(never, viewer);
    entered.push(viewer);
    done();
  });
  leave();
  await Promise.all(tasks);
  expect(entered).toEqual(['a', 'b', 'a', 'a']);
});
