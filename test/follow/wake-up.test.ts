import { expect, test } from 'vitest';
import { WakeUps } from '../../src/follow/wake-up.ts';

test('everyone who is armed for a key is woken, once', async () => {
  const wakeUps = new WakeUps();
  const armed = [wakeUps.arm('a'), wakeUps.arm('a')];
  wakeUps.wake('a');
  await Promise.all(armed.map(({ woken }) => woken));
  expect(wakeUps.size).toBe(0);
});

test('a change between arming and waiting is not lost', async () => {
  const wakeUps = new WakeUps();
  const { woken } = wakeUps.arm('a');
  wakeUps.wake('a');
  await Promise.resolve();
  await woken;
});

test('nobody is woken for another key, or after disarming', async () => {
  const wakeUps = new WakeUps();
  const other = wakeUps.arm('b');
  const disarmed = wakeUps.arm('a');
  disarmed.disarm();
  wakeUps.wake('a');
  const never = Promise.race([other.woken, disarmed.woken]).then(() => 'woken');
  expect(await Promise.race([never, Promise.resolve('asleep')])).toBe('asleep');
  other.disarm();
  expect(wakeUps.size).toBe(0);
});

test('disarming what was woken leaves those alone who armed since', async () => {
  const wakeUps = new WakeUps();
  const first = wakeUps.arm('a');
  wakeUps.wake('a');
  const second = wakeUps.arm('a');
  first.disarm();
  first.disarm();
  expect(wakeUps.size).toBe(1);
  wakeUps.wake('a');
  await second.woken;
});

test('waking nobody leaves nothing behind', () => {
  const wakeUps = new WakeUps();
  for (let n = 0; n < 1_000; n++) wakeUps.wake(`op-${n}`);
  expect(wakeUps.size).toBe(0);
});
