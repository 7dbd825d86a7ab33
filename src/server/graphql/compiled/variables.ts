import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import type { Variables } from '../limits/arguments.ts';

/** Converts the variables of a request; null when one is invalid, which graphql-js reports. */
export type CoerceVariables = (given: Variables) => Variables | null;

interface Definition {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue: ValueNode | undefined;
}

/** Looks the types of the variables up once, as `getVariableValues` of graphql-js does each time. */
export function variableCoercion(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): CoerceVariables {
  const definitions: Definition[] = [];
  for (const { variable, type: node, defaultValue } of variableDefinitions) {
    const type = typeFromAST(schema, node);
    if (!isInputType(type)) return () => null;
    definitions.push({ name: variable.name.value, type, defaultValue });
  }
  return (given) => {
    const values: Record<string, unknown> = {};
    for (const definition of definitions) {
      if (!coerce(definition, given, values)) return null;
    }
    return values;
  };
}

/** @returns false when the variable is invalid */
function coerce(
  { name, type, defaultValue }: Definition,
  given: Variables,
  values: Record<string, unknown>,
): boolean {
  if (!Object.hasOwn(given, name)) {
    if (defaultValue) values[name] = valueFromAST(defaultValue, type);
    return defaultValue !== undefined || !isNonNullType(type);
  }
  const value = given[name];
  if (value === null && isNonNullType(type)) return false;
  let isValid = true;
  values[name] = coerceInputValue(value, type, () => {
    isValid = false;
  });
  return isValid;
}
