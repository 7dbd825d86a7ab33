import { GraphQLBoolean, GraphQLID, type GraphQLLeafType, GraphQLString } from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';

/**
 * Writes values of a scalar or enum type for the answer.
 * @returns a function that throws when the value has no form in the answer
 */
export function serializer(type: GraphQLLeafType): (value: unknown) => unknown {
  const serialize = (value: unknown): unknown => {
    const found: unknown = type.serialize(value);
    if (found !== null && found !== undefined) return found;
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(found)}`,
    );
  };
  // What the built-in types return unchanged.
  if (type === GraphQLString || type === GraphQLID) {
    return (value) => (typeof value === 'string' ? value : serialize(value));
  }
  if (type === GraphQLBoolean) {
    return (value) => (typeof value === 'boolean' ? value : serialize(value));
  }
  return serialize;
}
