import type { z } from 'zod';
import { badRequest, parseError } from './errors.ts';

/** Like the vendor's JSON parser: `null` means unset, and snake_case names are accepted. */
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

/** The top-level names whose value is `null`, which a patch clears. */
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

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) =>
    String(part).replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
  );
  const at = path.length === 0 ? '' : ` at '${path.join('.')}'`;
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => `Unknown name "${key}"${at}: Cannot find field.`).join('\n')
    : `Invalid value${at}: ${issue.message}`;
}

/** Throws 400 for invalid JSON, unknown names and wrong types. */
export function parseBody<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(normalise(parseJson(body)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(describeIssue).join('\n');
  throw badRequest(`Invalid JSON payload received. ${problems}`);
}
