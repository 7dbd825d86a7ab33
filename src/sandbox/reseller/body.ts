import type { z } from 'zod';
import { badRequest, parseError } from './errors.ts';

/** Reads JSON the way the vendor's readers do: `null` is "not set", snake_case names are known. */
function normalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [camelCase(name), normalise(inner)]),
  );
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The names at the top of a body whose value is `null`: a patch clears them. */
export function clearedNames(body: string): readonly string[] {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json)
    .filter(([, value]) => value === null)
    .map(([name]) => camelCase(name));
}

function parseJson(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw parseError();
  }
}

function complaint(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) =>
    String(part).replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
  );
  const at = path.length === 0 ? '' : ` at '${path.join('.')}'`;
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => `Unknown name "${key}"${at}: Cannot find field.`).join('\n')
    : `Invalid value${at}: ${issue.message}`;
}

/** The typed body; throws 400 for bad JSON, unknown names and wrong types. */
export function parseBody<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(normalise(parseJson(body)));
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(complaint).join('\n');
  throw badRequest(`Invalid JSON payload received. ${complaints}`);
}
