import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds that a program has to end by itself. */
const STOP_MS = 3_000;

/** A program of the bench in a process of its own. Its output goes to a file, as in production. */
export interface Program {
  readonly name: string;
  /** What the program has printed so far. */
  output(): string;
  /** When the process was started, by `performance.now()`. */
  readonly startedAt: number;
  /** CPU time of the process so far, in milliseconds. */
  cpuMs(): number;
  /** The largest resident memory of the process so far, in megabytes. */
  peakMb(): number;
  stop(): Promise<void>;
}

/** Starts a program and waits until its output matches `ready`. */
export async function startProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const file = join(directory, 'output');
  const output = openSync(file, 'w');
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { NODE_ENV: 'production', ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const program = {
    ...{ name, startedAt },
    output: () => readFileSync(file, 'utf8'),
    cpuMs: () => cpuMs(child),
    peakMb: () => peakMb(child),
    async stop() {
      child.kill();
      // A server may wait for its connections, or take the signal for something else.
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(timer);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  while (!ready.test(program.output())) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${program.output()}`);
    await pause(5);
  }
  return program;
}

/** The kernel counts the CPU time of each thread in nanoseconds; `stat` counts in ticks of 10 ms. */
function cpuMs({ pid }: ChildProcess): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const schedstat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
    nanoseconds += Number(schedstat.split(' ', 1)[0]);
  }
  return nanoseconds / 1e6;
}

function peakMb({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
