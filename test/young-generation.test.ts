import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Keeps some objects alive for as long as V8 likes to grow, and prints the size it came to, in MB. */
const survivors = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { setImmediate as turn } from 'node:timers/promises';
  import { limitYoungGeneration } from './src/young-generation.ts';
  limitYoungGeneration();
  const kept = [];
  const end = performance.now() + 1_500;
  for (let n = 0; performance.now() < end; n++) {
    kept[n % 5_000] = { n, text: 'kept ' + n, list: [n] };
    if (n % 1_000 === 0) await turn();
  }
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.log(space.space_size / 1_048_576);
`;

async function sizeAfterGrowth(...options: string[]): Promise<number> {
  const args = [...options, '--input-type=module', '--eval', survivors];
  const { stdout } = await run(process.execPath, args);
  return Number(stdout);
}

test('the young generation stops at 2 x 16 MB, or at the limit that Node was started with', async () => {
  const [limited, chosen] = await Promise.all([
    sizeAfterGrowth(),
    sizeAfterGrowth('--max-semi-space-size=32'),
  ]);
  expect(limited).toBeLessThanOrEqual(32);
  expect(chosen).toBeGreaterThan(32);
});
