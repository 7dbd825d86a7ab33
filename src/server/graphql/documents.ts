import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { Limits } from '../../domain/limits.ts';
import { checkShape, checkTokens } from './limits/shape.ts';

/** Characters of all cached documents together; their syntax trees take about 100 times as much. */
const MAX_CACHED = 200_000;

export type Documents = ReturnType<typeof createDocuments>;

/**
 * Parses and validates documents. HTTP and WebSocket share one LRU cache. Only valid documents stay in
 * it: the errors of an invalid one keep its whole validation in memory, 50 kB even for `{ a }`.
 */
export function createDocuments(schema: GraphQLSchema, limits: Limits) {
  // A Map iterates in insertion order, so its first key is the least recently used document.
  const cache = new Map<string, DocumentNode>();
  const valid = new WeakSet<DocumentNode>();
  let newest: DocumentNode | undefined;
  let length = 0;

  function store(source: string, document: DocumentNode): void {
    if (source.length > MAX_CACHED / 10) return;
    cache.set(source, document);
    newest = document;
    length += source.length;
    for (const oldest of cache.keys()) {
      if (length <= MAX_CACHED) return;
      cache.delete(oldest);
      length -= oldest.length;
    }
  }

  function forget({ loc }: DocumentNode): void {
    const source = loc?.source.body;
    if (source !== undefined && cache.delete(source)) length -= source.length;
  }

  return {
    /** @throws GraphQLError when the source is not a document or exceeds a limit */
    parse(source: string): DocumentNode {
      const known = cache.get(source);
      if (known) {
        if (known !== newest) {
          cache.delete(source);
          cache.set(source, known);
          newest = known;
        }
        return known;
      }
      checkTokens(source, limits);
      const document = parse(source);
      checkShape(document, limits);
      store(source, document);
      return document;
    },
    validate(document: DocumentNode): readonly GraphQLError[] {
      if (valid.has(document)) return [];
      const errors = validate(schema, document);
      if (errors.length === 0) valid.add(document);
      else forget(document);
      return errors;
    },
  };
}
