import { coerceInputValue, type GraphQLSchema, isInputType } from 'graphql';
import { badInput } from '../../domain/error.ts';
import { withoutSuggestion } from '../graphql/public-error.ts';

/** The parameters of an export, as the lists of the API take them. */
export interface ExportArguments {
  readonly filter: unknown;
  readonly orderBy: unknown;
  readonly after: string | null;
}

const names: ReadonlySet<string> = new Set(['filter', 'orderBy', 'after']);

/**
 * Reads the query string. `filter` and `orderBy` are JSON, and are checked against the schema.
 * @param suggestions whether messages may suggest names of the schema
 * @throws GatewayError BAD_USER_INPUT when a parameter is unknown, given twice, or invalid
 */
export function exportArguments(
  query: URLSearchParams,
  schema: GraphQLSchema,
  type: 'Subscription' | 'Customer',
  suggestions: boolean,
): ExportArguments {
  for (const name of query.keys()) {
    if (!names.has(name)) throw badInput(`The parameters are filter, orderBy and after.`);
    if (query.getAll(name).length > 1) throw badInput(`${name} must be given once.`);
  }
  return {
    filter: argumentOf('filter', `Portfolio${type}Filter`, query, schema, suggestions),
    orderBy: argumentOf('orderBy', `Portfolio${type}Order`, query, schema, suggestions),
    after: query.get('after'),
  };
}

function argumentOf(
  name: string,
  typeName: string,
  query: URLSearchParams,
  schema: GraphQLSchema,
  suggestions: boolean,
): unknown {
  const text = query.get(name);
  if (text === null) return null;
  const type = schema.getType(typeName);
  if (!isInputType(type)) throw new Error(`the schema has no input type ${typeName}`);
  return coerceInputValue(parsed(name, text), type, (path, _value, error) => {
    const at = path.length > 0 ? ` at ${path.join('.')}` : '';
    const message = suggestions ? error.message : withoutSuggestion(error.message);
    throw badInput(`${name} is not a ${typeName}${at}: ${message}`);
  });
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(`${name} must be JSON.`);
  }
}
