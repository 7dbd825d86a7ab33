import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  Lexer,
  type SelectionNode,
  Source,
  TokenKind,
} from 'graphql';
import type { Limits } from '../../../domain/limits.ts';
import { FieldCollector, type Selected, selectedUnder } from './fields.ts';

export type ShapeLimits = Pick<
  Limits,
  'tokens' | 'depth' | 'aliases' | 'directives' | 'introspection'
>;

/** Nesting of braces and brackets. The parser recurses, and the stack is limited. */
const MAX_NESTING = 100;
/**
 * Pairs of fields with one response name. Validation compares them all, in about a microsecond each.
 */
const MAX_PAIRS = 20_000;

const NESTING: Partial<Record<TokenKind, number>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.BRACKET_R]: -1,
};

/**
 * Checks a document before it is parsed.
 * @throws GraphQLError when it is too long, too deeply nested, or not tokenizable
 */
export function checkTokens(source: string, limits: ShapeLimits): void {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  let nesting = 0;
  let directives = 0;
  while (lexer.advance().kind !== TokenKind.EOF) {
    tokens++;
    const { kind } = lexer.token;
    nesting += NESTING[kind] ?? 0;
    if (kind === TokenKind.AT) directives++;
    if (tokens > limits.tokens) {
      throw new GraphQLError(`The document has more than ${limits.tokens} tokens.`);
    }
    if (nesting > MAX_NESTING) {
      throw new GraphQLError(`The document is nested more than ${MAX_NESTING} levels deep.`);
    }
    if (directives > limits.directives) {
      throw new GraphQLError(`The document has more than ${limits.directives} directives.`);
    }
  }
}

/**
 * Checks a document before it is validated, in time that is proportional to its length: validation
 * itself compares all pairs of fields and follows fragments.
 * @throws GraphQLError when the document exceeds a limit
 */
export function checkShape(document: DocumentNode, limits: ShapeLimits): void {
  const shape = new Shape(document, limits);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) shape.check([definition.selectionSet]);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    shape.check([definition.selectionSet]);
    if (definition.operation === 'subscription') shape.checkRoot([definition.selectionSet]);
  }
}

class Shape {
  readonly #collector: FieldCollector;
  readonly #limits: ShapeLimits;
  /** Levels of fields by the key of their selection sets. */
  readonly #heights = new Map<string, number>();
  #pairs = 0;

  constructor(document: DocumentNode, limits: ShapeLimits) {
    this.#collector = new FieldCollector(document.definitions);
    this.#limits = limits;
  }

  check(sets: Selected): void {
    this.#height(sets, 0);
  }

  /** A subscription must have one root field, whatever its variables are. */
  checkRoot(sets: Selected): void {
    const includes = ({ directives = [] }: SelectionNode): true => {
      if (!directives.some(({ name }) => /^(?:skip|include)$/.test(name.value))) return true;
      throw new GraphQLError(
        'The root field of a subscription cannot have @skip or @include: remove the directive.',
      );
    };
    this.#collector.collect(sets, { includes, applies: () => true });
  }

  /** @param level how many fields enclose the sets; a cycle of fragments reaches every level */
  #height(sets: Selected, level: number): number {
    if (sets.length === 0) return 0;
    const key = this.#collector.keyOf(sets);
    const known = this.#heights.get(key);
    if (known === undefined && level < this.#limits.depth) {
      const height = this.#measure(sets, level);
      this.#heights.set(key, height);
      return height;
    }
    if (level + (known ?? 1) <= this.#limits.depth) return known ?? 0;
    throw new GraphQLError(
      `The document is nested more than ${this.#limits.depth} levels deep, with fragments followed.`,
    );
  }

  #measure(sets: Selected, level: number): number {
    const aliases = new Map<string, number>();
    let height = 0;
    for (const [name, nodes] of this.#collector.collect(sets)) {
      this.#countPairs(nodes);
      for (const field of new Set(nodes.map((node) => node.name.value))) {
        this.#checkIntrospection(field);
        if (field !== name) aliases.set(field, (aliases.get(field) ?? 0) + 1);
      }
      height = Math.max(height, 1 + this.#height(selectedUnder(nodes), level + 1));
    }
    for (const [field, count] of aliases) {
      if (count <= this.#limits.aliases) continue;
      throw new GraphQLError(
        `The document has more than ${this.#limits.aliases} aliases of the field "${field}" in one selection.`,
      );
    }
    return height;
  }

  #countPairs({ length }: readonly FieldNode[]): void {
    this.#pairs += (length * (length - 1)) / 2;
    if (this.#pairs <= MAX_PAIRS) return;
    throw new GraphQLError('The document repeats the same fields too often.');
  }

  #checkIntrospection(field: string): void {
    if (this.#limits.introspection || (field !== '__schema' && field !== '__type')) return;
    throw new GraphQLError(
      `Introspection is disabled: remove the field "${field}", or set INTROSPECTION=true.`,
    );
  }
}
