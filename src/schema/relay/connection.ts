import type { ObjectRef } from '@pothos/core';
import { MAX_STORED_PAGE } from '../../domain/page.ts';
import { builder, type Types } from '../builder.ts';
import {
  type Connection,
  type ConnectionArgs,
  DEFAULT_FIRST,
  type Edge,
  type ListSource,
  MAX_FIRST,
  paginate,
} from './pagination.ts';

const pageInfo = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Position of a page in its list. Lists can only be read forward.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      nullable: false,
      description:
        'Whether more items follow this page. Always exact; selecting it may cost one more backend call.',
      resolve: (connection) => connection.hasNextPage(),
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      nullable: false,
      description: 'Whether the page was requested with `after`.',
    }),
    startCursor: t.string({
      description: 'Cursor of the first edge; null when the page is empty.',
      resolve: (page) => (page.nodes.length > 0 ? page.cursorAt(0) : null),
    }),
    endCursor: t.string({
      description: 'Cursor of the last edge, to pass as `after`; null when the page is empty.',
      resolve: (page) => (page.nodes.length > 0 ? page.cursorAt(page.nodes.length - 1) : null),
    }),
  }),
});

/**
 * Defines `<Node>Connection` and `<Node>Edge`. Returns the connection type.
 * @template C the connection's own type, when fields are added that need more than `Connection` has
 */
export function connectionOf<T, C extends Connection<T> = Connection<T>>(
  node: ObjectRef<Types, T>,
): ObjectRef<Types, C> {
  return lazyConnectionOf<T, C>(node, (connection) => connection);
}

/**
 * As `connectionOf`, for a connection whose page is read only when it is selected.
 * @param pageOf called by several fields, so it must read the page once
 */
export function lazyConnectionOf<T, C extends object>(
  node: ObjectRef<Types, T>,
  pageOf: (connection: C) => Connection<T> | Promise<Connection<T>>,
): ObjectRef<Types, C> {
  const edge = builder.objectRef<Edge<T>>(`${node.name}Edge`).implement({
    description: `One item of a list of ${node.name} objects, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'Pass this as `after` to continue after this edge.',
      }),
      node: t.field({
        type: node,
        nullable: false,
        description: `The ${node.name} at this position.`,
        resolve: (parent) => parent.node as never,
      }),
    }),
  });
  return builder.objectRef<C>(`${node.name}Connection`).implement({
    description: `One page of a list of ${node.name} objects.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: false,
        description: 'Items of the page with a cursor each.',
        resolve: (connection) => edgesOf(connection, pageOf) as never,
      }),
      nodes: t.field({
        type: [node],
        nullable: false,
        description: 'Items of the page without cursors.',
        resolve: (connection) => nodesOf(connection, pageOf) as never,
      }),
      pageInfo: t.field({
        type: pageInfo,
        nullable: false,
        description: 'Position of the page and whether more items follow.',
        resolve: (connection) => pageOf(connection),
      }),
    }),
  });
}

type PageOf<C, T> = (connection: C) => Connection<T> | Promise<Connection<T>>;

/** Without a promise when the page is there: one for each connection of a long list takes time. */
function edgesOf<C, T>(connection: C, pageOf: PageOf<C, T>) {
  const page = pageOf(connection);
  return page instanceof Promise ? page.then(({ edges }) => edges) : page.edges;
}

function nodesOf<C, T>(connection: C, pageOf: PageOf<C, T>) {
  const page = pageOf(connection);
  return page instanceof Promise ? page.then(({ nodes }) => nodes) : page.nodes;
}

/** A list whose length the gateway itself knows. */
export interface CountedConnection<T> extends Connection<T> {
  /** Reads the database, so call it only when the query selects the field. */
  totalCount(): Promise<number>;
}

/**
 * As `connectionOf`, with the field `totalCount`.
 * @param items what is counted, in the plural
 */
export function countedConnectionOf<T>(
  node: ObjectRef<Types, T>,
  items: string,
): ObjectRef<Types, CountedConnection<T>> {
  const connection = connectionOf<T, CountedConnection<T>>(node);
  addTotalCount(connection, items);
  return connection;
}

/** As `paginate`, for a list of the gateway's store. */
export async function paginateStored<T>(
  args: ConnectionArgs,
  { count, ...source }: Omit<ListSource<T>, 'maxPageSize'> & { count(): Promise<number> },
): Promise<CountedConnection<T>> {
  const connection = await paginate(args, { ...source, maxPageSize: MAX_STORED_PAGE });
  return Object.assign(connection, { totalCount: count });
}

/** Adds the field `totalCount` to a connection. */
export function addTotalCount<C extends Pick<CountedConnection<unknown>, 'totalCount'>>(
  connection: ObjectRef<Types, C>,
  items: string,
): void {
  builder.objectField(connection, 'totalCount', (t) =>
    t.int({
      nullable: false,
      description: `Number of ${items} on all pages; counted only when this field is selected.`,
      resolve: (parent) => parent.totalCount(),
    }),
  );
}

export const connectionArgs = builder.args((t) => ({
  first: t.int({
    defaultValue: DEFAULT_FIRST,
    description: `Maximum number of items to return, from 0 to ${MAX_FIRST}.`,
  }),
  after: t.string({
    description: 'Cursor to continue after; the list starts at the beginning when omitted.',
  }),
}));
