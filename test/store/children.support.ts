import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('child.support.ts', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  /** What it reported so far. */
  readonly reports: Record<string, unknown>[];
  /** When it has reported so often, or has ended. */
  reported(count: number): Promise<void>;
  kill(): Promise<void>;
}

/** @param fileLimit the largest file that it may write, in blocks of 512 bytes */
export function startChild(url: string, prefix: string, fileLimit?: number): Child {
  const command = [process.execPath, program, url, prefix];
  // The limit makes writes fail like a full disk does, once its signal is ignored.
  const limited = ['-c', `trap '' XFSZ; ulimit -f ${fileLimit}; exec "$@"`, 'sh', ...command];
  const [file = '', ...args] = fileLimit === undefined ? command : ['sh', ...limited];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const reports: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  const ended = once(lines, 'close');
  lines.on('line', (line) => reports.push(JSON.parse(line)));
  return {
    process: child,
    reports,
    async reported(count) {
      const enough = Promise.withResolvers<void>();
      lines.on('line', () => reports.length >= count && enough.resolve());
      await Promise.race([enough.promise, ended]);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
