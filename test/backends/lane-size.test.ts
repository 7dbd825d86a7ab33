import { describe, expect, test } from 'vitest';
import { AdaptiveSize } from '../../src/backends/lane-size.ts';
import { Lanes } from '../../src/backends/lanes.ts';

function adaptive(max = 1_000) {
  const clock = { now: 0 };
  return { clock, size: new AdaptiveSize(max, () => clock.now) };
}

/** A size after enough calls of this latency to have grown. */
function grown(ms: number, max?: number) {
  const scene = adaptive(max);
  for (let n = 0; n < 1_000; n++) scene.size.record(ms);
  return scene;
}

describe('the calls in flight to the reseller API', () => {
  test('are 128 before anything is known', () => {
    expect(adaptive().size.current).toBe(128);
  });

  test.each([
    [0.5, 64],
    [2, 64],
    [10, 320],
    [30, 960],
    [50, 1_000],
  ])('when the shortest call takes %s ms, become %s', (ms, expected) => {
    const { size } = grown(ms);
    size.record(ms + 500);
    expect(size.current).toBe(expected);
  });

  test('grow by one with each call that ends', () => {
    const { size } = adaptive();
    for (let n = 0; n < 128; n++) size.record(50);
    expect(size.current).toBe(256);
  });

  test('are at most as many as configured', () => {
    expect(adaptive(4).size.current).toBe(4);
    expect(grown(100, 4).size.current).toBe(4);
  });

  test('become fewer at once when a call is short again', () => {
    const { size } = grown(50);
    size.record(2);
    expect(size.current).toBe(64);
  });

  test('follow the last two windows of 1.5 s only', () => {
    const { clock, size } = grown(2);
    clock.now = 1_600;
    size.record(20);
    expect(size.current).toBe(64);
    clock.now = 3_200;
    expect(size.current).toBe(640);
  });

  test('begin with 128 again after a pause, when sockets have been closed', () => {
    const { clock, size } = grown(20);
    clock.now = 10_000;
    expect(size.current).toBe(640);
    clock.now = 60_000;
    expect(size.current).toBe(128);
  });

  test('do not grow while the gateway itself is busy, even when its calls seem slow', () => {
    const { size } = adaptive();
    for (let n = 0; n < 1_000; n++) size.record(50, 5);
    expect(size.current).toBe(128);
  });

  test('stay at what a short call made them while the gateway is busy', () => {
    const { clock, size } = grown(2);
    size.record(2, 0);
    clock.now = 1_600;
    size.record(20, 1);
    clock.now = 3_200;
    size.record(20, 1);
    expect(size.current).toBe(64);
  });
});

test('calls that wait start when the size grows', () => {
  let current = 1;
  const lanes = new Lanes(
    {
      get current() {
        return current;
      },
      record: () => {},
    },
    'reseller',
  );
  let started = 0;
  const call = { turnCame: () => void started++ };
  const turns = Array.from({ length: 4 }, () => {
    const { signal } = new AbortController();
    const turn = lanes.turn({ requestId: 'r', signal });
    return { turn, startsNow: turn.start(call) };
  });
  expect(turns.map(({ startsNow }) => startsNow)).toEqual([true, false, false, false]);
  current = 3;
  turns[0]?.turn.end();
  expect(started).toBe(3);
});
