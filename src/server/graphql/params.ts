import { GraphQLError } from 'graphql';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';

/** The parameters of a request, as GraphQL over HTTP names them. */
export interface Params {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** All parameters, as they were sent. */
  readonly body: object;
}

const names: ReadonlySet<string> = new Set([
  ...['query', 'documentId', 'operationName', 'variables', 'extensions'],
]);

/**
 * Reads the parameters from the JSON of a body.
 * @throws GraphQLError when it is not a request, or not one for a trusted document
 */
export function parseParams(text: string, trusted: TrustedDocuments): Params {
  const body = parseJson(text);
  if (!isObject(body)) throw new GraphQLError('The body must be a JSON object.');
  const unknown = Object.keys(body).find((name) => !names.has(name) && body[name] != null);
  if (unknown !== undefined) {
    const expected = 'query or documentId, operationName, variables and extensions';
    throw new GraphQLError(`The body has an unexpected parameter "${unknown}"; send ${expected}.`);
  }
  const { operationName = null, variables, extensions } = body;
  const query = trusted.textOf(body);
  if (operationName !== null && typeof operationName !== 'string') {
    throw new GraphQLError('operationName must be a string.');
  }
  objectOf(extensions, 'extensions');
  return { query, operationName, variables: objectOf(variables, 'variables'), body };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GraphQLError('The body is not valid JSON.');
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value == null) return {};
  if (isObject(value)) return value;
  throw new GraphQLError(`${name} must be an object.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
