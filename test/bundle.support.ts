import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { bundledProgram } from '../src/bundle.ts';

/**
 * Builds the bundle of the program when it is outdated, because the tests start some 60 processes,
 * three times as fast with it.
 */
export function setup(): void {
  if (bundledProgram(pathToFileURL(`${process.cwd()}/`)) === null) {
    execFileSync(process.execPath, ['tools/bundle.ts']);
  }
}
