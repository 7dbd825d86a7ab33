import type { FieldMap, ObjectRef } from '@pothos/core';
import { badInput } from '../../domain/error.ts';
import { builder, type ObjectFields, type Types } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { decodeGlobalId, encodeGlobalId, type GlobalId, type NodeType } from './global-id.ts';

const MAX_NODES = 100;

/** Loads an object of one type by the parts of its global id. */
type LoadNode = (parts: readonly string[], context: GatewayContext) => Promise<object | null>;

const loaders = new Map<NodeType, LoadNode>();
/** The types of loaded objects, because rows of the portfolio have the fields of live objects, too. */
const types = new WeakMap<object, NodeType>();

/** Makes a type available through `node` and `nodes`. */
export function registerNode(type: NodeType, load: LoadNode): void {
  loaders.set(type, load);
}

export const nodeInterface = builder.interfaceRef<object>('Node').implement({
  description: 'An object that can be refetched by its global id.',
  fields: (t) => ({
    id: t.id({ nullable: false, description: 'Opaque global id, unique across all types.' }),
  }),
  resolveType: (value) => types.get(value),
});

interface NodeOptions<T> {
  readonly description: string;
  /** Describes the field `id`. */
  readonly id?: string;
  /** The parts of the global id; see `encodeGlobalId`. */
  readonly key: (parent: T) => readonly string[];
  /** Makes the type available through `node`. Without it, `registerNode` does. */
  readonly load?: LoadNode;
  readonly fields: (t: ObjectFields<T>) => FieldMap;
}

/** Defines an object type with a global id. */
export function nodeType<T extends object>(
  name: NodeType,
  options: NodeOptions<T>,
): ObjectRef<Types, T>;
export function nodeType(name: NodeType, options: NodeOptions<object>) {
  const { description, id = 'Opaque global id.', key, load: loadNode, fields } = options;
  if (loadNode) registerNode(name, loadNode);
  return builder.objectRef<object>(name).implement({
    description,
    interfaces: [nodeInterface],
    fields: (t) => ({
      id: t.id({
        nullable: false,
        description: id,
        resolve: (parent) => encodeGlobalId(name, ...key(parent)),
      }),
      ...fields(t),
    }),
  });
}

async function load({ type, parts }: GlobalId, context: GatewayContext): Promise<object | null> {
  const value = (await loaders.get(type)?.(parts, context)) ?? null;
  if (value) types.set(value, type);
  return value;
}

builder.queryField('node', (t) =>
  t.field({
    type: nodeInterface,
    nullable: true,
    description: 'Returns the object with a global id; null when it does not exist.',
    args: { id: t.arg.id({ required: true, description: 'Global id of the object.' }) },
    resolve: (_root, { id }, context) => load(decodeGlobalId(id), context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [nodeInterface],
    nullable: { list: false, items: true },
    description:
      'Returns objects by global id, in the order of `ids`. An item is null when its object does not exist or cannot be loaded.',
    args: { ids: t.arg.idList({ required: true, description: `Up to ${MAX_NODES} global ids.` }) },
    resolve: (_root, { ids }, context) => {
      if (ids.length > MAX_NODES)
        throw badInput(
          `ids must contain at most ${MAX_NODES} ids; send the rest in another query.`,
        );
      // One promise per id, so that an invalid id or a failed load nulls only its own item.
      return ids.map(async (id) => load(decodeGlobalId(id), context));
    },
  }),
);
