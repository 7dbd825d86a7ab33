import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Keeps objects alive until V8 has grown, or has had the time to, and prints what it came to in MB. */
const survivors = (work: string): string => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setImmediate as turn } from 'node:timers/promises';
  import { inSmallHeap } from './src/portfolio/young-generation.ts';
  const sizeMb = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
    .space_size / 1_048_576;
  async function keepObjects(milliseconds) {
    const kept = [];
    const end = performance.now() + milliseconds;
    for (let n = 0; performance.now() < end && sizeMb() <= 32; n++) {
      kept[n % 5_000] = { n, text: 'kept ' + n, list: [n] };
      if (n % 1_000 === 0) await turn();
    }
    return sizeMb();
  }
  ${work}
`;

async function sizesAfter(work: string): Promise<readonly number[]> {
  const options = ['--max-semi-space-size=64', '--input-type=module', '--eval'];
  const { stdout } = await run(process.execPath, [...options, survivors(work)]);
  return JSON.parse(stdout);
}

test('the young generation grows beyond 2 x 16 MB after the work, but not during it', async () => {
  const [during, after] = await sizesAfter(`
    const during = await inSmallHeap(() => keepObjects(1_500));
    console.log(JSON.stringify([during, await keepObjects(10_000)]));`);
  expect(during).toBeLessThanOrEqual(32);
  expect(after).toBeGreaterThan(32);
});
