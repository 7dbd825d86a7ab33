import { readFileSync } from 'node:fs';
import { z } from 'zod';

const file = new URL('../../../schema/operations/examples.json', import.meta.url);

const examples = z.record(
  z.string(),
  z.strictObject({
    variables: z.record(z.string(), z.json()).optional(),
    explanation: z.string().optional(),
  }),
);

/** Values with which a document runs on the seeded sandbox. */
export interface Example {
  readonly variables: Readonly<Record<string, unknown>>;
  /** What to fill in first; null when the document runs as it is. */
  readonly explanation: string | null;
}

/**
 * The examples of the documents that come with the gateway, by the names of their operations.
 * @param now milliseconds since the epoch, for variables that hold times
 */
export function readExamples(now: number): ReadonlyMap<string, Example> {
  const parsed = examples.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Map(
    Object.entries(parsed).map(([name, { variables = {}, explanation = null }]) => [
      name,
      { variables: withTimes(variables, now), explanation },
    ]),
  );
}

const DAY_MS = 86_400_000;

/** Times are written as `@now`, `@now+30d` or `@now-7d`. */
function withTimes(
  variables: Readonly<Record<string, unknown>>,
  now: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const found = typeof value === 'string' ? /^@now(?:([+-]\d+)d)?$/.exec(value) : null;
      if (!found) return [name, value];
      return [name, new Date(now + Number(found[1] ?? 0) * DAY_MS).toISOString()];
    }),
  );
}
