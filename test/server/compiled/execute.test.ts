import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  isObjectType,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { executeCompiled } from '../../../src/server/graphql/compiled/execute.ts';
import { plansOf } from '../../../src/server/graphql/compiled/plans.ts';
import { randomDocument } from './documents.support.ts';
import { pick, randomOf } from './random.support.ts';
import { type Behaviour, randomSchema } from './schema.support.ts';

/** Documents that are generated, and the milliseconds for them. */
const [SEEDS, TIMEOUT] = process.env['SOAK'] ? [20_000, 600_000] : [400, 30_000];

const schema = randomSchema();

/** Replaces a resolver of the schema. */
function replace(target: GraphQLSchema, typeName: string, name: string, resolve: () => unknown) {
  const type = target.getType(typeName);
  const field = isObjectType(type) && type.getFields()[name];
  if (!field) throw new Error(`the schema has no ${typeName}.${name}`);
  field.resolve = resolve;
}

const faultless = { seed: 1, faults: 0, nulls: 0 };

test('items that fail later than one that has failed do not end the process', async () => {
  const failing = randomSchema();
  replace(failing, 'Query', 'animals', () => [{ key: 'a', type: 'Cat' }, new Error('failed')]);
  replace(failing, 'Cat', 'name', () => Promise.reject(new Error('failed later')));
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const document = parse('{ animals { name } }');
  const contextValue: Behaviour = { ...faultless, calls: [] };
  const result = await executeCompiled({ schema: failing, document, contextValue });
  await new Promise((resolve) => setImmediate(resolve));
  expect(result).toMatchObject({ data: null, errors: [{ message: 'failed' }] });
  expect(unhandled).toEqual([]);
});

test.each([
  ['introspection', '{ __schema { queryType { name } } text }', {}],
  ['a condition that is null', 'query ($no: Boolean = true) { text @skip(if: $no) }', { no: null }],
  ['a name that is no property', '{ __proto__: text }', {}],
  ['an invalid variable', 'query ($n: Int!) { animal(n: $n) { id } }', { n: 'x' }],
  ['no operation', 'fragment OnQuery on Query { text }', {}],
])('%s is left to graphql-js', async (_, source, variables) => {
  const document = parse(source);
  const expected = await outcome(execute, document, variables, faultless);
  expect(await outcome(executeCompiled, document, variables, faultless)).toEqual(expected);
});

/** What clients receive, and what was called for it. */
async function outcome(
  run: typeof execute,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  behaviour: Omit<Behaviour, 'calls'>,
) {
  const calls: string[] = [];
  const contextValue: Behaviour = { ...behaviour, calls };
  const result = await run({ schema, document, variableValues, contextValue });
  // Fields that no longer matter are still being resolved.
  await new Promise((resolve) => setImmediate(resolve));
  return { ...shown(result), calls };
}

function shown({ data, errors }: ExecutionResult) {
  const causes = errors?.map(({ originalError, nodes }) => [String(originalError), nodes?.length]);
  return { data: JSON.stringify(data), errors: JSON.stringify(errors), causes };
}

/** All documents define the same variables and fragments. */
const rules = specifiedRules.filter(
  (rule) => rule !== NoUnusedVariablesRule && rule !== NoUnusedFragmentsRule,
);

const given = [
  {},
  { n: 7, first: 3 },
  { yes: false, range: { to: 4 } },
  { yes: false, no: true, first: null },
  { n: 'seven', range: { of: 1 } },
] as const;

test(
  'random documents have the same data, errors and calls as with graphql-js',
  async () => {
    const seen = { documents: 0, errors: 0, nulls: 0, complete: 0 };
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = randomOf(seed);
      const source = randomDocument(schema, random);
      const document = parse(source);
      if (validate(schema, document, rules).length > 0) continue;
      expect(plansOf(schema, document, null)).not.toBeNull();
      const faults = pick(random, [0, 0.05, 0.2]);
      const behaviour = { seed, faults, nulls: 0.1 };
      for (const variables of given) {
        const expected = await outcome(execute, document, variables, behaviour);
        const found = await outcome(executeCompiled, document, variables, behaviour);
        expect(found, `${seed} ${source}`).toEqual(expected);
        if (expected.errors) seen.errors++;
        if (expected.data === 'null') seen.nulls++;
        if (!expected.errors) seen.complete++;
      }
      seen.documents++;
    }
    expect(seen.documents).toBeGreaterThan(100);
    expect(seen.errors).toBeGreaterThan(100);
    expect(seen.nulls).toBeGreaterThan(20);
    expect(seen.complete).toBeGreaterThan(100);
  },
  TIMEOUT,
);
