import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The variable with the directory of this run's PostgreSQL clusters. */
export const CLUSTERS = 'TEST_POSTGRES_CLUSTERS';

/**
 * Makes that directory before the run. The returned function stops the servers in it after the run,
 * because the workers that started them are killed and cannot.
 */
export function setup(): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-clusters-'));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(directory, 0o755);
  process.env[CLUSTERS] = directory;
  return async () => {
    const names = readdirSync(directory);
    await Promise.all(names.map((name) => stopServer(join(directory, name, 'data'))));
    rmSync(directory, { recursive: true, force: true });
  };
}

async function stopServer(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 'SIGQUIT');
  for (let n = 0; n < 100 && existsSync(file); n++) await pause(50);
}
