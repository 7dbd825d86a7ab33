import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves of the young generation together, in bytes: 16 MB each. */
const LIMIT_BYTES = 32 * 1024 * 1024;
/** The young generation doubles at most once per collection. */
const CHECK_MS = 100;

/**
 * Keeps V8's young generation at 2 x 16 MB. V8 doubles it whenever enough objects have survived its
 * collections, which in a long-lived process is a matter of time: on a machine with much memory it
 * ends at 2 x 64 MB, although short requests need no more than 16. `--max-semi-space-size` sets
 * another limit.
 */
export function limitYoungGeneration(): void {
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  if (options.some((option) => /max[-_]semi[-_]space[-_]size/.test(option))) return;
  let isGrowing = true;
  setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    const mayGrow = (space?.space_size ?? 0) < LIMIT_BYTES;
    if (mayGrow === isGrowing) return;
    isGrowing = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  }, CHECK_MS).unref();
}
