import { type ASTNode, type DocumentNode, Kind, visit } from 'graphql';
import type { Variables } from './arguments.ts';

/** The arguments of fields that decide how many rows an answer has. */
const SIZES: ReadonlySet<string> = new Set(['first', 'ids']);
const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

const sizing = new WeakMap<DocumentNode, readonly string[]>();

/**
 * Describes the variables of a document that decide how large its answer can be: two requests with
 * equal texts have the same cost.
 */
export function sizingKey(document: DocumentNode, variables: Variables): string {
  const names = sizing.get(document) ?? namesIn(document, true);
  sizing.set(document, names);
  if (names.length === 0) return '';
  return JSON.stringify(
    names.map((name) => (Object.hasOwn(variables, name) ? [sizeOf(variables[name])] : [])),
  );
}

const conditions = new WeakMap<ASTNode, readonly string[]>();

/** The variables that decide which fields of an operation or fragment are selected. */
export function conditionsOf(definition: ASTNode): readonly string[] {
  const known = conditions.get(definition) ?? namesIn(definition, false);
  conditions.set(definition, known);
  return known;
}

/** Whether variables decide which fields of an operation or fragment are selected. */
export function hasVariableConditions(definition: ASTNode): boolean {
  return conditionsOf(definition).length > 0;
}

function sizeOf(value: unknown): unknown {
  if (Array.isArray(value)) return { length: value.length };
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Names of the variables in conditions and, with `rows`, in the arguments that size a list. */
function namesIn(node: ASTNode, rows: boolean): string[] {
  const names = new Set<string>();
  const collect = (argument: ASTNode): void =>
    void visit(argument, { Variable: ({ name }) => void names.add(name.value) });
  visit(node, {
    Field({ arguments: given = [] }) {
      for (const argument of rows ? given : []) {
        if (SIZES.has(argument.name.value)) collect(argument);
      }
    },
    [Kind.DIRECTIVE](directive) {
      if (CONDITIONS.has(directive.name.value)) collect(directive);
    },
  });
  return [...names];
}
