import type { ObjectRef } from '@pothos/core';
import { builder, type SchemaTypes } from '../builder.ts';
import { type Connection, DEFAULT_FIRST, type Edge, MAX_FIRST } from './pagination.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

const pageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Where a page stands in its list. Lists are read forward only.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      nullable: false,
      description:
        'Whether anything comes after this page. Exact; may cost one more upstream call.',
      resolve: (connection) => connection.hasNextPage(),
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      nullable: false,
      description: 'Whether anything comes before this page.',
    }),
    startCursor: t.string({
      description: 'The cursor of the first edge; null on an empty page.',
      resolve: ({ edges }) => edges[0]?.cursor ?? null,
    }),
    endCursor: t.string({
      description: 'The cursor of the last edge, to be given as `after`; null on an empty page.',
      resolve: ({ edges }) => edges.at(-1)?.cursor ?? null,
    }),
  }),
});

/** The connection and edge types of one node type: `XConnection` and `XEdge`. */
export function connectionOf<T>(node: ObjectRef<Types, T>): ObjectRef<Types, Connection<T>> {
  const edge = builder.objectRef<Edge<T>>(`${node.name}Edge`).implement({
    description: `A ${node.name} and its place in the list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'Give it as `after` to go on behind this edge.',
      }),
      node: t.field({
        type: node,
        nullable: false,
        description: `The ${node.name}.`,
        resolve: (parent) => parent.node as never,
      }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${node.name}Connection`).implement({
    description: `A page of a list of ${node.name} objects.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: false,
        description: 'The items with their cursors.',
        resolve: (connection) => connection.edges as never,
      }),
      nodes: t.field({
        type: [node],
        nullable: false,
        description: 'The items alone.',
        resolve: (connection) => connection.edges.map((item) => item.node) as never,
      }),
      pageInfo: t.field({
        type: pageInfo,
        nullable: false,
        description: 'How to go on.',
        resolve: (connection) => connection,
      }),
    }),
  });
}

/** The arguments of every list field. */
export const connectionArgs = builder.args((t) => ({
  first: t.int({
    defaultValue: DEFAULT_FIRST,
    description: `How many items to give: 0 to ${MAX_FIRST}.`,
  }),
  after: t.string({ description: 'The cursor to go on behind; absent starts at the beginning.' }),
}));
