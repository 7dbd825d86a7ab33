import { z } from 'zod';
import { invalidParameter } from './errors.ts';

/** Selected names with the selection inside each; `all` selects everything. */
export type FieldMask = 'all' | ReadonlyMap<string, FieldMask>;

type MutableMask = Map<string, MutableMask | 'all'>;

function invalidSelection(selection: string): Error {
  return invalidParameter('fields', `Invalid field selection ${selection}`);
}

function tokens(text: string): string[] {
  const found = text.match(/[A-Za-z0-9_$*]+|[,/.()]/g) ?? [];
  if (found.join('') !== text.replaceAll(/\s/g, '')) throw invalidSelection(text);
  return found;
}

/** The object schema inside optional values and lists; undefined for a scalar. */
function unwrapObject(schema: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodOptional) return unwrapObject(schema.unwrap());
  if (schema instanceof z.ZodArray) return unwrapObject(schema.element);
  return schema instanceof z.ZodObject ? schema : undefined;
}

class FieldsParser {
  readonly #tokens: string[];

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  parse(schema: z.ZodObject): FieldMask {
    const mask: MutableMask = new Map();
    this.#list(schema, mask);
    const rest = this.#tokens[0];
    if (rest !== undefined) throw invalidSelection(rest);
    return mask.has('*') ? 'all' : mask;
  }

  #list(schema: z.ZodObject, into: MutableMask): void {
    do this.#path(schema, into);
    while (this.#accept(','));
  }

  #path(schema: z.ZodObject, into: MutableMask): void {
    const name = this.#tokens.shift();
    if (name === undefined || !/^[\w$*]/.test(name)) throw invalidSelection(name ?? '');
    if (name !== '*' && schema.shape[name] === undefined) throw invalidSelection(name);
    const deeper = this.#accept('/') || this.#accept('.');
    if (!deeper && this.#tokens[0] !== '(') {
      into.set(name, 'all');
      return;
    }
    const inner = unwrapObject(schema.shape[name]);
    if (inner === undefined) throw invalidSelection(name);
    const old = into.get(name);
    const mask: MutableMask = old instanceof Map ? old : new Map();
    if (deeper) this.#path(inner, mask);
    else this.#group(inner, mask);
    if (old !== 'all') into.set(name, mask.has('*') ? 'all' : mask);
  }

  #group(schema: z.ZodObject, into: MutableMask): void {
    this.#accept('(');
    this.#list(schema, into);
    if (!this.#accept(')')) throw invalidSelection('(');
  }

  #accept(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }
}

/** Parses `a,b/c,d(e,f)` and `*`; throws 400 for a name that the response does not have. */
export function parseFields(text: string, schema: z.ZodObject): FieldMask {
  return new FieldsParser(text).parse(schema);
}

/** The selected part of a response. */
export function applyMask(value: unknown, mask: FieldMask): unknown {
  if (mask === 'all') return value;
  if (Array.isArray(value)) return value.map((item) => applyMask(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const part = mask.get(name);
      return part === undefined ? [] : [[name, applyMask(inner, part)]];
    }),
  );
}
