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

/** Longer documents are refused before they cost anything. */
const MAX_TOKENS = 5_000;
/** Brackets inside of brackets; parser and validation recurse, and the stack is finite. */
const MAX_NESTING = 100;
/** What the remembered documents may weigh together, in characters; their trees weigh 100 times that. */
const MAX_REMEMBERED = 200_000;

export interface Documents {
  /** @throws GraphQLError when the source is no document */
  parse(source: string): DocumentNode;
  validate(document: DocumentNode): readonly GraphQLError[];
}

/** Parses and validates; what was used of late is remembered, over HTTP and WebSocket alike. */
export function createDocuments(schema: GraphQLSchema): Documents {
  // A Map iterates in insertion order: the document that was used longest ago comes first.
  const remembered = new Map<string, DocumentNode>();
  const problems = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  let weight = 0;

  function remember(source: string, document: DocumentNode): void {
    if (source.length > MAX_REMEMBERED / 10) return;
    remembered.set(source, document);
    weight += source.length;
    for (const oldest of remembered.keys()) {
      if (weight <= MAX_REMEMBERED) return;
      remembered.delete(oldest);
      weight -= oldest.length;
    }
  }

  return {
    parse(source) {
      const known = remembered.get(source);
      if (known) {
        remembered.delete(source);
        remembered.set(source, known);
        return known;
      }
      assertReasonable(source);
      const document = parse(source);
      remember(source, document);
      return document;
    },
    validate(document) {
      const known = problems.get(document);
      if (known) return known;
      const found = validate(schema, document);
      problems.set(document, found);
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

/** @throws GraphQLError when the document is too long, too deep, or no sequence of tokens at all */
function assertReasonable(source: string): void {
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
