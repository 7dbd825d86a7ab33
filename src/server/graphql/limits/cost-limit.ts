import {
  GraphQLError,
  type GraphQLSchema,
  getIntrospectionQuery,
  getOperationAST,
  parse,
} from 'graphql';
import { MAX_FIRST } from '../../../schema/relay/pagination.ts';
import { type Cost, type Measured, measureCost, type RowCap } from './cost-model.ts';

/**
 * Checks what an operation can return.
 * @throws GraphQLError when it is more than the limit, with the largest `first` that fits
 */
export function checkCost(measured: Measured, limit: number): Cost {
  const cost = measureCost(measured);
  if (cost.introspection > introspectionLimit(measured.schema)) {
    throw new GraphQLError(
      'The document queries the schema too often: query `__schema` once, without nested lists of fields.',
    );
  }
  if (cost.values <= limit) return cost;
  const advice = adviceFor(measured, limit);
  throw new GraphQLError(
    `The query can return ${cost.values} values (objects and leaf fields), and at most ${limit} are allowed. ${advice}`,
  );
}

function adviceFor(measured: Measured, limit: number): string {
  const outer = largestFirst(measured, limit, (first) => ({ outer: first, inner: Infinity }));
  if (outer > 0) return `Use first: ${outer} or less, or select fewer fields.`;
  const all = largestFirst(measured, limit, (first) => ({ outer: first, inner: first }));
  if (all > 0) return `Use first: ${all} or less in every list, or select fewer fields.`;
  return 'Select fewer fields, or send several queries.';
}

/** The largest `first` with which the operation is within the limit; 0 when there is none. */
function largestFirst(measured: Measured, limit: number, capOf: (first: number) => RowCap): number {
  let fits = 0;
  let exceeds = MAX_FIRST + 1;
  while (exceeds - fits > 1) {
    const first = Math.floor((fits + exceeds) / 2);
    if (measureCost(measured, capOf(first)).values <= limit) fits = first;
    else exceeds = first;
  }
  return fits;
}

const limits = new WeakMap<GraphQLSchema, number>();

/** Allows the query of all tools, with every option, but not twice. */
function introspectionLimit(schema: GraphQLSchema): number {
  const known = limits.get(schema);
  if (known !== undefined) return known;
  const document = parse(
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  );
  const operation = getOperationAST(document);
  if (!operation) throw new Error('the introspection query has no operation');
  const { introspection } = measureCost({ schema, document, operation, variables: {} });
  const limit = 1.5 * introspection;
  limits.set(schema, limit);
  return limit;
}
