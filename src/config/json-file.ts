import { readFileSync } from 'node:fs';
import { ConfigError } from './settings.ts';

/** @throws ConfigError when the file of a setting cannot be read or is not JSON */
export function readJsonFile(setting: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw fileProblem(setting, path, `is not JSON (${error.message})`);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw fileProblem(setting, path, `cannot be read (${code})`);
  }
}

/** @param problem completes the sentence that begins with the setting and its value */
export function fileProblem(setting: string, path: string, problem: string): ConfigError {
  return new ConfigError([`${setting}=${path} ${problem}.`]);
}
