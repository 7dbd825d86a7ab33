/** Rights bind everyone but root: what tests them has to run as somebody else. */
export const isRoot = process.getuid?.() === 0;
export const NOBODY = 65_534;

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
