import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { type FieldViolation, GatewayError } from '../domain/error.ts';
import { DryRun } from '../domain/plan.ts';
import { safeDescription } from '../domain/sensitive-text.ts';

/** An input field and what to say about it, where the backend's words would mislead. */
export interface NamedField {
  readonly path: string;
  readonly description: string;
}

/** Maps a backend's field name, in camel case, to the input field that supplies it. */
export type FieldNames = Readonly<Record<string, string | NamedField>>;

/** The `input` argument of a mutation. */
export interface GivenInput {
  readonly type: GraphQLInputObjectType;
  readonly value: unknown;
  readonly names: FieldNames;
}

/** Renames the violations that a backend reports to paths that exist in the mutation's input. */
export function withInputPaths(error: GatewayError, given: GivenInput): GatewayError {
  // The gateway's own violations already name paths of the input.
  if (!error.service || error.violations.length === 0) return error;
  const { service, retryable, retryAfterMs, requestId, cause } = error;
  const violations = error.violations.map((violation) => inputViolation(violation, given));
  return new GatewayError(error.code, error.message, {
    ...{ service, retryable, retryAfterMs, requestId, cause, violations },
  });
}

/** Renames the fields of a plan's warnings as `withInputPaths` does. */
export function planWithInputPaths({ plan }: DryRun, given: GivenInput): DryRun {
  const warnings = plan.warnings.map(({ field, message, code }) => {
    const found = field === null ? null : inputViolation({ field, description: message }, given);
    return { code, message, field: found?.field ?? null };
  });
  return new DryRun({ ...plan, warnings });
}

interface Found {
  readonly path: readonly string[];
  /** The parts of the backend's name that the path does not have. */
  readonly rest: number;
  readonly description?: string;
}

/**
 * `customer.postal_address.post_code` becomes `input.postalAddress.postCode`: leading names of
 * messages are left out. Without a field of that name, the path is the input itself.
 */
function inputViolation({ field, description }: FieldViolation, given: GivenInput): FieldViolation {
  const parts = field.split(/[.[\]]+/).flatMap((part) => (part === '' ? [] : camelCase(part)));
  const found = parts
    .map((_, start) => find(parts.slice(start), given.type, given.names))
    .reduce(better, null);
  if (!found) {
    return {
      field: 'input',
      description: safeDescription(`${field}: ${description}`, description),
    };
  }
  const path = rawIfGiven(found.path, given);
  return { field: ['input', ...path].join('.'), description: found.description ?? description };
}

/** The earlier one wins unless the later one has the whole name. */
function better(best: Found | null, other: Found | null): Found | null {
  if (!best || !other) return best ?? other;
  return other.rest < best.rest ? other : best;
}

/** The field of a type that a name or the start of it stands for; null when there is none. */
function find(parts: readonly string[], type: GraphQLInputType, names: FieldNames): Found | null {
  const inner = getNullableType(type);
  const [first, ...others] = parts;
  if (first === undefined) return null;
  if (isListType(inner)) {
    return /^\d+$/.test(first) ? extended([first], others, inner.ofType, names) : null;
  }
  if (!isInputObjectType(inner)) return null;
  const own = inner.getFields()[first];
  const direct = own ? extended([first], others, own.type, names) : null;
  if (direct?.rest === 0) return direct;
  return better(direct, renamed(parts, inner, names));
}

function extended(
  path: readonly string[],
  others: readonly string[],
  type: GraphQLInputType,
  names: FieldNames,
): Found {
  const below = find(others, type, names);
  return below ? { ...below, path: [...path, ...below.path] } : { path, rest: others.length };
}

/** The longest start of a name that `names` maps to an existing field. */
function renamed(
  parts: readonly string[],
  type: GraphQLInputObjectType,
  names: FieldNames,
): Found | null {
  for (let length = parts.length; length > 0; length--) {
    const name = names[parts.slice(0, length).join('.')];
    if (name === undefined) continue;
    const { path, description } = typeof name === 'string' ? { path: name } : name;
    const target = find(path.split('.'), type, {});
    if (target?.rest !== 0) continue;
    const rest = parts.length - length;
    return { path: target.path, rest, ...(description !== undefined && { description }) };
  }
  return null;
}

/** The field `<name>Raw` when the caller used it instead of `<name>`. */
function rawIfGiven(path: readonly string[], { value }: GivenInput): readonly string[] {
  const parent = path.slice(0, -1).reduce(member, value);
  const last = path.at(-1) ?? '';
  const isRaw = member(parent, last) == null && member(parent, `${last}Raw`) != null;
  return isRaw ? [...path.slice(0, -1), `${last}Raw`] : path;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function camelCase(part: string): string {
  const joined = part.replace(/_+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
