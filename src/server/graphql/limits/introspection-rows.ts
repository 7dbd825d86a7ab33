import {
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

type Rows = Readonly<Record<string, number>>;

const rowsOf = new WeakMap<GraphQLSchema, Rows>();

/** How many rows a list of the introspection system has, on average over the lists with rows. */
export function introspectionRows(schema: GraphQLSchema, field: string): number {
  const rows = rowsOf.get(schema) ?? countRows(schema);
  rowsOf.set(schema, rows);
  return rows[field] ?? 1;
}

function countRows(schema: GraphQLSchema): Rows {
  const types = Object.values(schema.getTypeMap());
  const fields = types
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .map((type) => Object.values(type.getFields()));
  const inputs = types.filter(isInputObjectType).map((type) => Object.values(type.getFields()));
  return {
    types: types.length,
    directives: schema.getDirectives().length,
    fields: averageLength(fields),
    args: averageLength(fields.flat().map(({ args }) => args)),
    inputFields: averageLength(inputs),
    enumValues: averageLength(types.filter(isEnumType).map((type) => type.getValues())),
    possibleTypes: averageLength(
      types.filter(isAbstractType).map((type) => schema.getPossibleTypes(type)),
    ),
  };
}

/** Rounded up, without empty lists. */
function averageLength(lists: readonly (readonly unknown[])[]): number {
  const filled = lists.filter((list) => list.length > 0);
  return Math.ceil(filled.flat().length / Math.max(1, filled.length));
}
