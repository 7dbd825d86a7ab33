import { closeSync, openSync } from 'node:fs';

/** Root ignores file permissions, so tests of permissions run as another user. */
export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65_534;

/** Worker threads load their source without root's rights: it must not be in root's own directory. */
export const canLoadWithoutRoot = await withoutRights(async () => {
  try {
    closeSync(openSync(import.meta.filename, 'r'));
    return true;
  } catch {
    return false;
  }
});

/** Runs `work` without root's rights. */
export async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
