import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Agent } from 'undici';

/**
 * Requests /livez every 10 ms from a thread of its own, so that the load of the bench does not delay
 * it. The returned function ends that, and resolves with the longest time in milliseconds.
 */
export function watchLiveness(url: string): () => Promise<number> {
  const worker = new Worker(new URL(import.meta.url), { workerData: new URL(url).origin });
  const longest = new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return () => {
    worker.postMessage('end');
    return longest;
  };
}

async function watch(origin: string): Promise<number> {
  let isOver = false;
  parentPort?.once('message', () => {
    isOver = true;
  });
  const dispatcher = new Agent({ connections: 1 });
  let longest = 0;
  while (!isOver) {
    const at = performance.now();
    const { body } = await dispatcher.request({ origin, path: '/livez', method: 'GET' });
    await body.dump();
    longest = Math.max(longest, performance.now() - at);
    await pause(10);
  }
  await dispatcher.close();
  return longest;
}

if (!isMainThread) parentPort?.postMessage(await watch(String(workerData)));
