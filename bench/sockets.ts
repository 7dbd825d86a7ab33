import { fork } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ClientReport, Dial } from './fan-out-clients.ts';

/** How long one step may take, in milliseconds. */
const STEP_MS = 30_000;

/** Thousands of sockets in a process of their own. */
export interface Sockets {
  /** Resolves when each of them has one more message. */
  round(): Promise<Extract<ClientReport, { type: 'round' }>>;
  close(): Promise<void>;
}

/** Opens them. Resolves when each has had the answer to its subscription. */
export async function openSockets(dial: Dial): Promise<Sockets> {
  const child = fork(new URL('fan-out-clients.ts', import.meta.url), { execArgv: [] });
  let waiting = Promise.withResolvers<ClientReport>();
  child.on('message', (report) => waiting.resolve(report as ClientReport));
  child.once('exit', () => waiting.reject(new Error('the clients are gone')));

  async function report(): Promise<ClientReport> {
    waiting = Promise.withResolvers();
    const timer = setTimeout(() => waiting.reject(new Error('the clients are stuck')), STEP_MS);
    return waiting.promise.finally(() => clearTimeout(timer));
  }

  async function close(): Promise<void> {
    waiting.promise.catch(() => {});
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await exited;
  }

  child.send(dial);
  await report();
  return {
    async round() {
      const answer = await report();
      if (answer.type !== 'round') throw new Error('the clients answered out of turn');
      return answer;
    },
    close,
  };
}

/** A moment by the clock that all processes of the machine share, in milliseconds. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that JavaScript objects take up, garbage not counted. */
export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
