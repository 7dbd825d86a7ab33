import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the process takes up, garbage not counted, in bytes. */
export function memoryUsage(): NodeJS.MemoryUsage {
  collect();
  return process.memoryUsage();
}
