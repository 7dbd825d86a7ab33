import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: NodeJS.GCFunction = runInNewContext('gc');

/** What the process takes up, garbage not counted, in bytes. */
export function memoryUsage(): NodeJS.MemoryUsage {
  collect();
  return process.memoryUsage();
}

/** The memory of buffers, in bytes. Garbage that only a full collection finds is counted. */
export function arrayBuffers(): number {
  collect({ type: 'minor' });
  return process.memoryUsage().arrayBuffers;
}
