import type { JSONObject } from '@modelcontextprotocol/server';
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

export type JsonSchema = JSONObject;

const scalars: Readonly<Record<string, JsonSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  UUID: { type: 'string', format: 'uuid' },
  JSON: {},
};

/** The JSON Schema of a GraphQL input type. A type that contains itself is described to two levels. */
export function inputSchema(
  type: GraphQLInputType,
  within: readonly GraphQLInputObjectType[] = [],
): JsonSchema {
  if (isNonNullType(type)) return inputSchema(type.ofType, within);
  if (isListType(type)) return { type: 'array', items: inputSchema(type.ofType, within) };
  if (isEnumType(type)) {
    return { type: 'string', enum: type.getValues().map(({ name }) => name) };
  }
  if (isInputObjectType(type)) return objectSchema(type, within);
  return scalarSchema(type);
}

function scalarSchema({ name, description }: GraphQLScalarType): JsonSchema {
  return scalars[name] ?? described({ type: 'string' }, description);
}

/** Levels of a type inside itself. */
const MAX_NESTED = 2;

function objectSchema(
  type: GraphQLInputObjectType,
  within: readonly GraphQLInputObjectType[],
): JsonSchema {
  if (within.filter((outer) => outer === type).length >= MAX_NESTED) return { type: 'object' };
  const fields = Object.values(type.getFields());
  const required = fields.filter(
    (field) => isNonNullType(field.type) && field.defaultValue === undefined,
  );
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map((field) => [
        field.name,
        described(inputSchema(field.type, [...within, type]), field.description),
      ]),
    ),
    ...(required.length > 0 ? { required: required.map(({ name }) => name) } : {}),
    ...(type.isOneOf ? { minProperties: 1, maxProperties: 1 } : {}),
    additionalProperties: false,
  };
}

export function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}
