import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './settings.ts';

/**
 * Reads the JSON file of a setting.
 * @param what names what the schema describes, with an article: `a catalog`
 * @throws ConfigError when it cannot be read, is not JSON or does not match the schema
 */
export function readFileAs<T>(
  setting: string,
  path: string,
  schema: z.ZodType<T>,
  what: string,
): T {
  const parsed = schema.safeParse(readJsonFile(setting, path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') || 'the top level';
  throw fileProblem(setting, path, `is not ${what} (at ${at}: ${issue?.message})`);
}

/** @throws ConfigError when the file of a setting cannot be read or is not JSON */
export function readJsonFile(setting: string, path: string): unknown {
  const text = readTextFile(setting, path);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fileProblem(setting, path, `is not JSON (${error.message})`);
  }
}

/** @throws ConfigError when the file of a setting cannot be read */
export function readTextFile(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw fileProblem(setting, path, `cannot be read (${code})`);
  }
}

/** @param problem completes the sentence that begins with the setting and its value */
export function fileProblem(setting: string, path: string, problem: string): ConfigError {
  return new ConfigError([`${setting}=${path} ${problem}.`]);
}
