import { badInput } from '../../domain/error.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { decodeGlobalId, type GlobalId, type NodeType } from './global-id.ts';

const MAX_NODES = 100;

/** How objects of one type are found by global id, and recognised again. */
export interface NodeLoader {
  load(parts: readonly string[], context: GatewayContext): Promise<object | null>;
  is(value: object): boolean;
}

const loaders = new Map<NodeType, NodeLoader>();

/** Makes a type reachable by `node` and `nodes`. */
export function registerNode(type: NodeType, loader: NodeLoader): void {
  loaders.set(type, loader);
}

export const nodeInterface = builder.interfaceRef<object>('Node').implement({
  description: 'An object that can be fetched again by its global id.',
  fields: (t) => ({ id: t.id({ nullable: false, description: 'Opaque, unique over all types.' }) }),
  resolveType: (value) => {
    for (const [type, loader] of loaders) if (loader.is(value)) return type;
    return undefined;
  },
});

async function load({ type, parts }: GlobalId, context: GatewayContext): Promise<object | null> {
  return (await loaders.get(type)?.load(parts, context)) ?? null;
}

builder.queryField('node', (t) =>
  t.field({
    type: nodeInterface,
    nullable: true,
    description: 'The object with this global id; null when it no longer exists.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context) => load(decodeGlobalId(id), context),
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: [nodeInterface],
    nullable: { list: false, items: true },
    description: `The objects with these global ids, in the same order; at most ${MAX_NODES}.`,
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: (_root, { ids }, context) => {
      if (ids.length > MAX_NODES)
        throw badInput(`At most ${MAX_NODES} ids can be asked for at once.`);
      // One promise per id: an id that is wrong or cannot be loaded is null, the others are there.
      return ids.map(async (id) => load(decodeGlobalId(id), context));
    },
  }),
);
