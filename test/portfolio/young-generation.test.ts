import { execFile } from 'node:child_process';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startTestSandbox } from '../support/gateway.ts';
import { openPortfolio } from './opened.support.ts';

const run = promisify(execFile);

/** Whether this is a minor collection that the program asked for. */
function isAskedFor(entry: object): boolean {
  const { NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_FLAGS_FORCED } = constants;
  const detail = 'detail' in entry ? entry.detail : null;
  if (typeof detail !== 'object' || detail === null) return false;
  if (!('kind' in detail && 'flags' in detail)) return false;
  return (
    detail.kind === NODE_PERFORMANCE_GC_MINOR && detail.flags === NODE_PERFORMANCE_GC_FLAGS_FORCED
  );
}

/** Runs a program that allocates garbage, and returns what it prints. */
async function printed(work: string): Promise<readonly number[]> {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { collectYoung } from './src/portfolio/young-generation.ts';
    const usedMb = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
      .space_used_size / 1_048_576;
    const garbage = (megabytes) => Array.from({ length: megabytes * 4_096 }, (_, n) => Array(30).fill(n));
    ${work}`;
  // Without the flag, the young generation of this program would stay small.
  const options = ['--min-semi-space-size=16', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, options);
  return JSON.parse(stdout);
}

test('what a step has allocated is collected before the young generation is full', async () => {
  const [largest] = await printed(`
    let largest = 0;
    for (let step = 0; step < 20; step++) {
      garbage(3);
      largest = Math.max(largest, usedMb());
      collectYoung();
    }
    console.log(JSON.stringify([largest]));`);
  expect(largest).toBeGreaterThan(2);
  expect(largest).toBeLessThan(8);
});

test('the young generation does not grow for the work', async () => {
  const sizes = await printed(`
    const sizeMb = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
      .space_size / 1_048_576;
    const grow = (step) => {
      // Each survives one collection, so that none becomes old and causes a full collection.
      let kept = [];
      for (let n = 0; n < 100; n++) {
        kept = garbage(2);
        step();
      }
      return kept.length > 0 && sizeMb();
    };
    garbage(3);
    collectYoung();
    console.log(JSON.stringify([sizeMb(), grow(collectYoung), grow(() => {})]));`);
  const [before = 0, during, after] = sizes;
  expect(during).toBe(before);
  expect(after).toBeGreaterThan(before);
});

test.each([
  ['little has been allocated', 1],
  ['requests have allocated much', 10],
])('nothing is collected when %s', async (_, megabytes) => {
  const [before = 0, after] = await printed(`
    for (let step = 0; step < 5; step++) {
      garbage(3);
      collectYoung();
    }
    garbage(${megabytes});
    const before = usedMb();
    collectYoung();
    console.log(JSON.stringify([before, usedMb()]));`);
  expect(before).toBeGreaterThan(megabytes / 2);
  expect(after).toBeGreaterThanOrEqual(before);
});

test('a sweep collects what its pages have left', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 400 } });
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().filter(isAskedFor).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => observer.disconnect());
  const { portfolio, store } = await openPortfolio(sandbox, {
    options: { sweepIntervalMs: 60_000 },
  });
  portfolio.start();
  const asOf = async () => (await store.portfolio.sweepStatus()).asOf;
  await expect.poll(asOf, { interval: 10, timeout: 12_000 }).not.toBeNull();
  await expect.poll(() => collections).toBeGreaterThan(0);
});

test('garbage that has become old is collected before the heap has doubled', async () => {
  const [first = 0, largest = 0] = await printed(`
    const { getHeapStatistics } = await import('node:v8');
    const heapMb = () => getHeapStatistics().used_heap_size / 1_048_576;
    // Kept for three steps, so that it survives two collections and is moved.
    const kept = [];
    const sizes = [];
    for (let step = 0; step < 40; step++) {
      kept.push(garbage(3));
      if (kept.length > 3) kept.shift();
      collectYoung();
      sizes.push(heapMb());
    }
    console.log(JSON.stringify([sizes[5], Math.max(...sizes)]));`);
  expect(largest - first).toBeGreaterThan(5);
  expect(largest - first).toBeLessThan(20);
});
