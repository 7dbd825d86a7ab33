import {
  BREAK,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getArgumentValues,
  getNullableType,
  isInputObjectType,
  isNonNullType,
  Kind,
  type ObjectValueNode,
  type ValueNode,
  valueFromAST,
  visit,
} from 'graphql';
import type { Variables } from '../limits/arguments.ts';
import type { ReadArguments, Results } from './model.ts';

/** A value of a document, coerced; undefined when it is invalid. */
type ReadValue = (variables: Variables) => unknown;

/** Adds an argument, or a field of an input object, to `values`. Returns false when it is invalid. */
type ReadInto = (variables: Variables, values: Results) => boolean;

/**
 * Reads the arguments of a field as `getArgumentValues` of graphql-js does. What has no variables is
 * coerced once. Null when the field has no arguments.
 */
export function argumentsReader(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): ReadArguments | null {
  if (field.args.length === 0) return null;
  const given = new Map(node.arguments?.map(({ name, value }) => [name.value, value]));
  const readers = field.args.map((argument) => reader(argument, given.get(argument.name)));
  return (variables) => {
    const values: Results = {};
    for (const read of readers) {
      // It throws, with the message of graphql-js.
      if (!read(variables, values)) return getArgumentValues(field, node, variables);
    }
    return values;
  };
}

function reader(
  { name, type, defaultValue }: GraphQLArgument | GraphQLInputField,
  node: ValueNode | undefined,
): ReadInto {
  const isOptional = defaultValue !== undefined || !isNonNullType(type);
  const omit: ReadInto = (_, values) => {
    if (defaultValue !== undefined) values[name] = defaultValue;
    return isOptional;
  };
  if (!node) return omit;
  const variable = node.kind === Kind.VARIABLE ? node.name.value : null;
  const readValue = valueReader(node, type);
  return (variables, values) => {
    if (variable !== null && !Object.hasOwn(variables, variable)) return omit(variables, values);
    const value = readValue(variables);
    if (value === undefined) return false;
    values[name] = value;
    return true;
  };
}

function valueReader(node: ValueNode, type: GraphQLInputType): ReadValue {
  if (!hasVariables(node)) {
    const value: unknown = valueFromAST(node, type);
    return () => value;
  }
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    const isNonNull = isNonNullType(type);
    return (variables) => (isNonNull && variables[name] === null ? undefined : variables[name]);
  }
  const nullable = getNullableType(type);
  return node.kind === Kind.OBJECT && isInputObjectType(nullable)
    ? objectReader(node, nullable)
    : (variables) => valueFromAST(node, type, variables);
}

function objectReader(node: ObjectValueNode, type: GraphQLInputObjectType): ReadValue {
  const given = new Map(node.fields.map(({ name, value }) => [name.value, value]));
  const readers = Object.values(type.getFields()).map((field) =>
    reader(field, given.get(field.name)),
  );
  return (variables) => {
    const values: Results = {};
    if (!readers.every((read) => read(variables, values))) return undefined;
    if (!type.isOneOf) return values;
    const [value, ...others] = Object.values(values);
    return value == null || others.length > 0 ? undefined : values;
  };
}

function hasVariables(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    Variable() {
      found = true;
      return BREAK;
    },
  });
  return found;
}
