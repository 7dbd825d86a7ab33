import { readdirSync, readFileSync, statSync } from 'node:fs';

/** Where the bundle is, below the root of the project. */
export const BUNDLE = 'dist/';
/** Lists what the bundle was built from. */
export const INPUTS = `${BUNDLE}inputs.txt`;

/**
 * The URL of the bundled program, or null when there is none or a source has changed since it was
 * built: then the sources run.
 * @param root the directory of the project, with a slash at the end
 */
export function bundledProgram(root: URL): string | null {
  const builtFrom = contentOf(new URL(INPUTS, root));
  return builtFrom === inputsOf(root) ? new URL(`${BUNDLE}program.js`, root).href : null;
}

/** One line for each source and for the lock file: its path, size in bytes, and time of change. */
export function inputsOf(root: URL): string {
  const entries = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
  const sources = entries.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`);
  return ['package-lock.json', ...sources.toSorted()].map((path) => line(root, path)).join('\n');
}

/** In whole seconds, which every file system and container image keeps. */
function line(root: URL, path: string): string {
  const { size, mtimeMs } = statSync(new URL(path, root));
  return `${path} ${size} ${Math.floor(mtimeMs / 1000)}`;
}

function contentOf(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
