import { expect, test } from 'vitest';
import { WakeUps } from '../../src/live/wake-up.ts';

/** Counts how often it was woken. */
function sleeper() {
  const one = {
    woken: 0,
    wake: () => {
      one.woken++;
    },
  };
  return one;
}

test('everyone who is armed for a key is woken, once', () => {
  const wakeUps = new WakeUps();
  const [first, second] = [sleeper(), sleeper()];
  for (const one of [first, second, first]) wakeUps.arm('a', one);
  wakeUps.wake('a');
  wakeUps.wake('a');
  expect([first.woken, second.woken]).toEqual([1, 1]);
  expect(wakeUps.size).toBe(0);
});

test('nobody is woken for another key, or after disarming', () => {
  const wakeUps = new WakeUps();
  const [other, disarmed] = [sleeper(), sleeper()];
  wakeUps.arm('b', other);
  wakeUps.arm('a', disarmed);
  wakeUps.disarm('a', disarmed);
  wakeUps.wake('a');
  expect([other.woken, disarmed.woken]).toEqual([0, 0]);
  wakeUps.disarm('b', other);
  expect(wakeUps.size).toBe(0);
});

test('disarming leaves those alone who are armed', () => {
  const wakeUps = new WakeUps();
  const [first, second] = [sleeper(), sleeper()];
  wakeUps.arm('a', first);
  wakeUps.wake('a');
  wakeUps.arm('a', second);
  wakeUps.disarm('a', first);
  expect(wakeUps.size).toBe(1);
  wakeUps.wake('a');
  expect([first.woken, second.woken]).toEqual([1, 1]);
});

test('who arms while others are woken is woken the next time', () => {
  const wakeUps = new WakeUps();
  let woken = 0;
  const restless = {
    wake: () => {
      woken++;
      wakeUps.arm('a', restless);
    },
  };
  wakeUps.arm('a', restless);
  wakeUps.wake('a');
  expect(woken).toBe(1);
  wakeUps.wake('a');
  expect(woken).toBe(2);
});

test('of many, some are woken at once, and all of them soon', async () => {
  const wakeUps = new WakeUps();
  const sleepers = Array.from({ length: 10_000 }, sleeper);
  for (const one of sleepers) wakeUps.arm('a', one);
  wakeUps.wake('a');
  expect(sleepers[0]?.woken).toBe(1);
  await expect.poll(() => sleepers.every(({ woken }) => woken === 1)).toBe(true);
});

test('waking nobody leaves nothing behind', () => {
  const wakeUps = new WakeUps();
  for (let n = 0; n < 1_000; n++) wakeUps.wake(`op-${n}`);
  expect(wakeUps.size).toBe(0);
});
