import { z } from 'zod';
import type { FieldViolation } from '../../domain/error.ts';

/** What an error body says, in whichever of the vendor's shapes. */
export interface ErrorBody {
  /** The vendor's sentence, in one line. */
  readonly message: string | undefined;
  /** `errors[].reason` in their order. */
  readonly reasons: readonly string[];
  /** The google.rpc code's name. */
  readonly status: string | undefined;
  readonly violations: readonly FieldViolation[];
  readonly retryDelayMs: number | undefined;
  readonly requestId: string | undefined;
}

const text = z.string().optional().catch(undefined);

function list<T extends z.ZodType>(item: T) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((values) => values.flatMap((value) => item.safeParse(value).data ?? []));
}

const entry = z.object({ reason: text, message: text, location: text, locationType: text });
const detail = z.object({
  '@type': text,
  fieldViolations: list(z.object({ field: text, description: text })),
  retryDelay: text,
  requestId: text,
});
const errorObject = z.object({
  message: text,
  status: text,
  errors: list(entry),
  details: list(detail),
});
const errorBody = z.object({ error: errorObject });
const tokenError = z.object({ error: z.string(), error_description: text });

type ErrorObject = z.infer<typeof errorObject>;

/** Reads an error body; null when it is no JSON error (HTML, empty, cut off). */
export function parseBody(body: string): ErrorBody | null {
  const json = parseJson(body);
  // Google's streaming front ends wrap the one object into an array.
  const candidate = Array.isArray(json) ? json[0] : json;
  const parsed = errorBody.safeParse(candidate).data?.error;
  if (parsed) return fromObject(parsed);
  const plain = tokenError.safeParse(candidate).data;
  if (!plain) return null;
  const message = sentence(plain.error_description ?? plain.error);
  return {
    ...fromObject({ message: undefined, status: undefined, errors: [], details: [] }),
    message,
  };
}

function fromObject(error: ErrorObject): ErrorBody {
  const retryDelay = error.details.find((d) => d.retryDelay)?.retryDelay;
  return {
    message: sentence(error.message) ?? sentence(error.errors[0]?.message),
    reasons: error.errors.flatMap((e) => e.reason ?? []),
    status: error.status,
    violations: violationsOf(error),
    retryDelayMs: duration(retryDelay),
    requestId: error.details.find((d) => isType(d['@type'], 'RequestInfo'))?.requestId,
  };
}

/** Both places that name fields; a header is not something that the caller gave. */
function violationsOf(error: ErrorObject): FieldViolation[] {
  const found = new Map<string, FieldViolation>();
  const add = (field: string | undefined, description: string | undefined): void => {
    if (field && !found.has(field)) {
      found.set(field, { field, description: sentence(description) ?? 'is not accepted' });
    }
  };
  for (const { '@type': type, fieldViolations } of error.details) {
    if (!isType(type, 'BadRequest')) continue;
    for (const violation of fieldViolations) add(violation.field, violation.description);
  }
  for (const { location, locationType, message } of error.errors) {
    if (locationType !== 'header') add(location, message ?? error.message);
  }
  return [...found.values()];
}

function isType(url: string | undefined, name: string): boolean {
  return url?.endsWith(`google.rpc.${name}`) ?? false;
}

/** A message as one line of at most 500 characters; undefined when nothing, or a page, is left. */
function sentence(message: string | undefined): string | undefined {
  const line = message?.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (!line || /<[a-z!/]/i.test(line)) return undefined;
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

/** A protobuf Duration in JSON, e.g. `1.5s`, in milliseconds. */
function duration(value: string | undefined): number | undefined {
  const seconds = /^(\d{1,9}(?:\.\d+)?)s$/.exec(value ?? '')?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
