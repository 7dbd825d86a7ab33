import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { CancelSignal } from '../../../domain/cancellation.ts';
import type { Meter } from './meter.ts';
import { type OwnSize, ownSize } from './own-size.ts';
import { ownTurns } from './own-turns.ts';
import { slices } from './slices.ts';

/** What the resolvers need of the context. */
export interface MeteredContext {
  readonly meter: Meter;
  /** Aborts when the request ends, also at its deadline. */
  readonly signal: CancelSignal;
}

type Field = GraphQLField<unknown, Partial<MeteredContext>>;
type Resolver = GraphQLFieldResolver<unknown, Partial<MeteredContext>>;

const metered = new WeakSet<GraphQLSchema>();

/**
 * Makes the resolvers of a schema count what they return, stop when the request has ended, and let
 * the event loop turn between parts of a long answer. Requests bring their meter in the context.
 */
export function meterSchema(schema: GraphQLSchema): void {
  if (metered.has(schema)) return;
  metered.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = meteredResolver(field);
  }
}

/** A resolver before it was metered, and what decides how its values are counted. */
export interface Metered {
  readonly resolve: Resolver;
  readonly isNullable: boolean;
  readonly isComposite: boolean;
}

/** What was metered, by the resolver that took its place. */
const meteredBy = new WeakMap<Resolver, Metered>();

/** What a resolver meters; undefined when it does not. */
export function meteredOf(resolver: Resolver): Metered | undefined {
  return meteredBy.get(resolver);
}

/** Whether a resolver reads more of its fourth parameter than what all values of the field share. */
export function readsInfo(resolver: Resolver): boolean {
  const resolve = meteredBy.get(resolver)?.resolve ?? resolver;
  if (resolve === defaultFieldResolver) return false;
  // Without parameters, they may be in a rest parameter.
  return resolve.length === 0 || resolve.length > 3;
}

function meteredResolver(field: Field): Resolver {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isNullable = !isNonNullType(field.type);
  const isComposite = isCompositeType(getNamedType(field.type));
  const original: Metered = { resolve, isNullable, isComposite };
  const counting: Resolver = isComposite
    ? (source, args, context, info) => resolveObject(original, source, args, context, info, ownSize)
    : (source, args, context, info) => resolveLeaf(original, source, args, context, info);
  meteredBy.set(counting, original);
  return counting;
}

type SizeOf = (info: GraphQLResolveInfo) => OwnSize;

/**
 * Resolves objects in slices, and stops when the query or event has ended.
 * @param sizeOf the size of each object
 */
export function resolveObject(
  field: Metered,
  source: unknown,
  args: Parameters<Resolver>[1],
  context: Partial<MeteredContext>,
  info: GraphQLResolveInfo,
  sizeOf: SizeOf,
): unknown {
  const { resolve, isNullable } = field;
  const { meter } = context;
  if (!meter || !context.signal) return resolve(source, args, context, info);
  if (!meter.hasRoom()) return later(field, [source, args, context, info], meter, sizeOf);
  try {
    checkSignal(context, info);
    const value = resolve(source, args, context, info);
    if (!(value instanceof Promise)) return counted(value, meter, info, sizeOf);
    meter.take();
    return settled(value, meter, info, field, sizeOf);
  } catch (error) {
    return failed(error, meter, isNullable);
  }
}

/** The outcome of a mutation is returned after the deadline too: a client must learn its key. */
function checkSignal({ signal }: Partial<MeteredContext>, info: GraphQLResolveInfo): void {
  if (info.operation.operation !== 'mutation' || !info.path.prev) signal?.throwIfAborted();
}

/** One promise for each step would take most of the time and memory of a long answer. */
async function settled(
  value: Promise<unknown>,
  meter: Meter,
  info: GraphQLResolveInfo,
  { isNullable }: Metered,
  sizeOf: SizeOf,
): Promise<unknown> {
  try {
    const found = await value;
    // Only at the root: below it, the reads of fields that were resolved together are batched.
    const turn = info.path.prev === undefined && meter.isLong ? ownTurns.take() : null;
    if (turn) await turn;
    return counted(found, meter, info, sizeOf);
  } catch (error) {
    return failed(error, meter, isNullable);
  } finally {
    meter.release();
  }
}

/** Resolves a field when it is its turn. */
async function later(
  { resolve, isNullable }: Metered,
  parameters: Parameters<Resolver>,
  meter: Meter,
  sizeOf: SizeOf,
): Promise<unknown> {
  try {
    await meter.turn();
    const [, , context, info] = parameters;
    checkSignal(context, info);
    return counted(await resolve(...parameters), meter, info, sizeOf);
  } catch (error) {
    return failed(error, meter, isNullable);
  } finally {
    meter.release();
  }
}

/** Counts the text of leaf fields. */
export function resolveLeaf(
  { resolve, isNullable }: Metered,
  source: unknown,
  args: Parameters<Resolver>[1],
  context: Partial<MeteredContext>,
  info: GraphQLResolveInfo,
): unknown {
  const { meter } = context;
  if (!meter) return resolve(source, args, context, info);
  try {
    const value = resolve(source, args, context, info);
    if (!(value instanceof Promise)) return countedText(value, meter);
    return settledText(value, meter, isNullable);
  } catch (error) {
    return failed(error, meter, isNullable);
  }
}

async function settledText(
  value: Promise<unknown>,
  meter: Meter,
  isNullable: boolean,
): Promise<unknown> {
  try {
    return countedText(await value, meter);
  } catch (error) {
    return failed(error, meter, isNullable);
  }
}

function countedText(value: unknown, meter: Meter): unknown {
  if (typeof value === 'string' || typeof value === 'object') meter.countText(value);
  return value;
}

/** Turns the failure of a nullable field into null when the answer has too many errors already. */
function failed(error: unknown, meter: Meter, isNullable: boolean): null {
  if (isNullable && !meter.admitsError()) return null;
  throw error;
}

/** The value, as soon as there is time for its fields. */
function counted(value: unknown, meter: Meter, info: GraphQLResolveInfo, sizeOf: SizeOf): unknown {
  if (value == null) return value;
  const own = sizeOf(info);
  if (Array.isArray(value)) {
    meter.countValues(value.length * own.values);
    return inParts(value, own, meter);
  }
  meter.countValues(own.values);
  return meter.isOver() ? inNextSlice(value) : value;
}

async function inNextSlice(value: unknown): Promise<unknown> {
  await slices.next();
  return value;
}

/** Fields that are resolved without a look at the clock. */
const PART = 1_000;

/** The same items; those after the first part are promises that wait for their turn. */
function inParts(items: readonly unknown[], { fields }: OwnSize, meter: Meter): readonly unknown[] {
  const size = Math.max(1, Math.floor(PART / Math.max(1, fields)));
  // Items that are promises already have a turn each, and must be observed at once.
  if (items.length <= size || items.some((item) => item instanceof Promise)) return items;
  const all = items.length * fields;
  let turn = Promise.resolve();
  return items.map((item, index) => {
    if (index % size === 0) turn = turn.then(() => (meter.isOver(all) ? slices.next() : undefined));
    return turn.then(() => item);
  });
}
