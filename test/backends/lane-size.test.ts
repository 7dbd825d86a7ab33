import { describe, expect, test } from 'vitest';
import { AdaptiveSize } from '../../src/backends/lane-size.ts';
import { Lanes } from '../../src/backends/lanes.ts';

function adaptive(max = 1_000) {
  const clock = { now: 0 };
  return { clock, size: new AdaptiveSize(max, () => clock.now) };
}

describe('the calls in flight to the reseller API', () => {
  test('are 256 before anything is known', () => {
    expect(adaptive().size.current).toBe(256);
  });

  test.each([
    [0.5, 64],
    [2, 64],
    [10, 320],
    [30, 960],
    [50, 1_000],
  ])('when the shortest call takes %s ms, are %s', (ms, expected) => {
    const { size } = adaptive();
    size.record(ms + 500);
    size.record(ms);
    expect(size.current).toBe(expected);
  });

  test('are at most as many as configured', () => {
    const { size } = adaptive(4);
    expect(size.current).toBe(4);
    size.record(100);
    expect(size.current).toBe(4);
  });

  test('become fewer at once when a call is short again', () => {
    const { size } = adaptive();
    size.record(50);
    size.record(2);
    expect(size.current).toBe(64);
  });

  test('follow the last two windows of 1.5 s only', () => {
    const { clock, size } = adaptive();
    size.record(2);
    clock.now = 1_600;
    size.record(20);
    expect(size.current).toBe(64);
    clock.now = 3_200;
    expect(size.current).toBe(640);
  });

  test('are as many as before after a pause', () => {
    const { clock, size } = adaptive();
    size.record(20);
    clock.now = 60_000;
    expect(size.current).toBe(640);
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
  const turns = Array.from({ length: 4 }, () => {
    const { signal } = new AbortController();
    const turn = lanes.turn({ requestId: 'r', signal });
    return { turn, waits: turn.start(signal) };
  });
  const [first, ...others] = turns;
  let started = 0;
  for (const { waits } of others) waits?.then(() => started++);
  expect(first?.waits).toBeNull();
  current = 3;
  first?.turn.end();
  return new Promise((resolve) => setImmediate(resolve)).then(() => expect(started).toBe(3));
});
