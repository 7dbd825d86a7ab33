import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

export type ArgumentReader = ReturnType<typeof argumentReader>;

/** Reads arguments from a document and its variables, before they are checked against the schema. */
export function argumentReader(operation: OperationDefinitionNode, variables: Variables) {
  const values: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (Object.hasOwn(variables, name)) values[name] = variables[name];
    else if (defaultValue) values[name] = valueFromASTUntyped(defaultValue);
  }
  const argumentOf = (node: WithArguments, name: string): unknown => {
    const value = nodeOf(node, name);
    return value && valueFromASTUntyped(value, values);
  };

  return {
    /** Whether `@skip` and `@include` keep a selection. */
    includes({ directives = [] }: SelectionNode): boolean {
      return directives.every((directive) => {
        const condition = argumentOf(directive, 'if');
        if (directive.name.value === 'skip') return condition !== true;
        return directive.name.value !== 'include' || condition !== false;
      });
    },
    /** Null when the argument is missing or not an integer. */
    integer(field: FieldNode, name: string): number | null {
      const value = argumentOf(field, name);
      return Number.isInteger(value) ? Number(value) : null;
    },
    /** Null when the argument is missing or not a list. */
    listLength(field: FieldNode, name: string): number | null {
      const node = nodeOf(field, name);
      if (node?.kind === Kind.LIST) return node.values.length;
      const value = argumentOf(field, name);
      return Array.isArray(value) ? value.length : null;
    },
  };
}

interface WithArguments {
  readonly arguments?: readonly ArgumentNode[] | undefined;
}

function nodeOf({ arguments: given = [] }: WithArguments, name: string): ValueNode | undefined {
  return given.find((argument) => argument.name.value === name)?.value;
}
