// @ts-check
const { readFileSync, statSync } = require('node:fs');

/** Where the bundle is, below the root of the project. */
const BUNDLE = 'dist/';
/** Lists what the bundle was built from. */
const INPUTS = `${BUNDLE}inputs.txt`;

/**
 * The path of the bundled program, or null when there is none or one of its sources has changed or gone
 * since it was built: then the sources run. A new file matters only once another one imports it.
 * @param {string} root the directory of the project, with a slash at the end
 * @returns {string | null}
 */
function bundledProgram(root) {
  try {
    const builtFrom = readFileSync(root + INPUTS, 'utf8');
    const paths = builtFrom.split('\n').map((line) => line.slice(0, line.indexOf(' ')));
    const isCurrent = builtFrom === describeInputs(root, paths);
    return isCurrent ? `${root}${BUNDLE}program.cjs` : null;
  } catch {
    return null;
  }
}

/**
 * One line for each file: its path, size in bytes, and time of change in whole seconds, which every
 * file system and container image keeps.
 * @param {string} root the directory of the project, with a slash at the end
 * @param {readonly string[]} paths
 * @returns {string}
 * @throws Error when a file does not exist
 */
function describeInputs(root, paths) {
  return paths
    .map((path) => {
      const { size, mtimeMs } = statSync(root + path);
      return `${path} ${size} ${Math.floor(mtimeMs / 1000)}`;
    })
    .join('\n');
}

module.exports = { BUNDLE, INPUTS, bundledProgram, describeInputs };
