import { readFileSync, statSync } from 'node:fs';

/** Where the bundle is, below the root of the project. */
export const BUNDLE = 'dist/';
/** Lists what the bundle was built from. */
export const INPUTS = `${BUNDLE}inputs.txt`;

/**
 * The URL of the bundled program, or null when there is none or one of its sources has changed or gone
 * since it was built: then the sources run. A new file matters only once another one imports it.
 * @param root the directory of the project, with a slash at the end
 */
export function bundledProgram(root: URL): string | null {
  try {
    const builtFrom = readFileSync(new URL(INPUTS, root), 'utf8');
    const paths = builtFrom.split('\n').map((line) => line.slice(0, line.indexOf(' ')));
    const isCurrent = builtFrom === describeInputs(root, paths);
    return isCurrent ? new URL(`${BUNDLE}program.js`, root).href : null;
  } catch {
    return null;
  }
}

/**
 * One line for each file: its path, size in bytes, and time of change in whole seconds, which every
 * file system and container image keeps.
 * @throws Error when a file does not exist
 */
export function describeInputs(root: URL, paths: readonly string[]): string {
  return paths
    .map((path) => {
      const { size, mtimeMs } = statSync(new URL(path, root));
      return `${path} ${size} ${Math.floor(mtimeMs / 1000)}`;
    })
    .join('\n');
}
