import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  parse,
  Source,
  TokenKind,
  validate,
} from 'graphql';

/** Longer documents are rejected before they are parsed. */
const MAX_TOKENS = 5_000;
/** Nesting of braces and brackets. Parser and validation recurse, and the stack is limited. */
const MAX_NESTING = 100;
/** Characters of all cached documents together; their syntax trees take about 100 times as much. */
const MAX_CACHED = 200_000;

export interface Documents {
  /** @throws GraphQLError when the source is not a valid document */
  parse(source: string): DocumentNode;
  validate(document: DocumentNode): readonly GraphQLError[];
}

/** Parses and validates documents. HTTP and WebSocket share one LRU cache. */
export function createDocuments(schema: GraphQLSchema): Documents {
  // A Map iterates in insertion order, so its first key is the least recently used document.
  const cache = new Map<string, DocumentNode>();
  const validated = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  let length = 0;

  function store(source: string, document: DocumentNode): void {
    if (source.length > MAX_CACHED / 10) return;
    cache.set(source, document);
    length += source.length;
    for (const oldest of cache.keys()) {
      if (length <= MAX_CACHED) return;
      cache.delete(oldest);
      length -= oldest.length;
    }
  }

  return {
    parse(source) {
      const known = cache.get(source);
      if (known) {
        cache.delete(source);
        cache.set(source, known);
        return known;
      }
      checkSize(source);
      const document = parse(source);
      store(source, document);
      return document;
    },
    validate(document) {
      const known = validated.get(document);
      if (known) return known;
      const found = validate(schema, document);
      validated.set(document, found);
      return found;
    },
  };
}

const NESTING: Partial<Record<TokenKind, number>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.BRACKET_R]: -1,
};

/** @throws GraphQLError when the document is too long, too deeply nested, or not tokenizable */
function checkSize(source: string): void {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  let nesting = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens++;
    nesting += NESTING[lexer.token.kind] ?? 0;
    if (tokens > MAX_TOKENS) {
      throw new GraphQLError(`The document has more than ${MAX_TOKENS} tokens.`);
    }
    if (nesting > MAX_NESTING) {
      throw new GraphQLError(`The document is nested more than ${MAX_NESTING} levels deep.`);
    }
  }
}
