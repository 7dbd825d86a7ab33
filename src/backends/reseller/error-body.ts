import { z } from 'zod';
import type { FieldViolation } from '../../domain/error.ts';
import { isFieldName, isRequestId, safeDescription } from '../../domain/sensitive-text.ts';

/** The contents of an error body, in any of the vendor's formats. */
export interface ErrorBody {
  /** The vendor's message as one line. It can describe the vendor's internals: do not show it. */
  readonly message: string | undefined;
  /** `errors[].reason`, then `details[].reason` of google.rpc.ErrorInfo, in order. */
  readonly reasons: readonly string[];
  /** The name of the google.rpc code. */
  readonly status: string | undefined;
  readonly violations: readonly FieldViolation[];
  /** Texts that name an exceeded quota, or its unit. */
  readonly limits: readonly string[];
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
  reason: text,
  metadata: z.object({ quota_limit: text, quota_unit: text }).optional().catch(undefined),
  violations: list(z.object({ subject: text, description: text })),
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

const MAX_PLAIN_TEXT = 4_000;

type ErrorObject = z.infer<typeof errorObject>;

/** Returns null when the body is not a JSON error, for example HTML, empty or truncated. */
export function parseBody(body: string): ErrorBody | null {
  const json = parseJson(body);
  // Google's streaming front ends wrap the object in an array.
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
    reasons: [...error.errors, ...error.details].flatMap(({ reason }) => reason ?? []),
    status: error.status,
    violations: violationsOf(error),
    limits: limitsOf(error),
    retryDelayMs: duration(retryDelay),
    requestId: requestIdOf(error),
  };
}

/** Fields from both places that name them, except headers, which the caller did not set. */
function violationsOf(error: ErrorObject): FieldViolation[] {
  const found = new Map<string, FieldViolation>();
  const add = (field: string | undefined, description: string | undefined): void => {
    if (field && isFieldName(field) && !found.has(field)) {
      found.set(field, {
        field,
        description: safeDescription(sentence(description), 'is invalid'),
      });
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

/** The messages, the metadata of an ErrorInfo, and the violations of a QuotaFailure. */
function limitsOf({ errors, details }: ErrorObject): string[] {
  return [
    ...errors.map(({ message }) => message),
    ...details.flatMap(({ metadata }) => [metadata?.quota_limit, metadata?.quota_unit]),
    ...details.flatMap(({ violations }) => violations.flatMap((v) => [v.subject, v.description])),
  ].flatMap((limit) => limit ?? []);
}

function requestIdOf({ details }: ErrorObject): string | undefined {
  const id = details.find((d) => isType(d['@type'], 'RequestInfo'))?.requestId;
  return id !== undefined && isRequestId(id) ? id : undefined;
}

function isType(url: string | undefined, name: string): boolean {
  return url?.endsWith(`google.rpc.${name}`) ?? false;
}

/** A message as one line of at most 500 characters; undefined when it is empty or HTML. */
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

/** The start of a body that is not JSON, as one line without HTML tags. */
export function plainText(body: string): string {
  return body
    .slice(0, MAX_PLAIN_TEXT)
    .replace(/<[^<>]{0,200}>/g, ' ')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
