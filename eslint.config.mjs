import { readFileSync } from 'node:fs';
import graphql from '@graphql-eslint/eslint-plugin';
import { buildSchema, isObjectType } from 'graphql';

const schemaPath = 'schema/schema.graphql';
const schema = buildSchema(readFileSync(new URL(schemaPath, import.meta.url), 'utf8'));

/** What is no Node has no global id. */
const withoutId = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.getInterfaces().some(({ name }) => name === 'Node'))
  .map(({ name }) => name);

/** The rule, silent about the fields of these names: it has no option for it. */
function excepting(rule, ...names) {
  return {
    ...rule,
    create(context) {
      const report = (problem) => names.includes(problem.node.value) || context.report(problem);
      return rule.create(Object.create(context, { report: { value: report } }));
    },
  };
}

const rules = {
  ...graphql.rules,
  'no-typename-prefix': excepting(graphql.rules['no-typename-prefix'], 'operationId'),
};

export default [
  {
    files: ['schema/**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: {
        graphQLConfig: { schema: schemaPath, documents: 'schema/operations/*.graphql' },
      },
    },
    plugins: { '@graphql-eslint': { rules } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: [schemaPath],
    rules: {
      ...graphql.configs['flat/schema-all'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Lists are read forward only.
      '@graphql-eslint/relay-arguments': 'off',
      // Connections have `nodes`, and plain lists are lists.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      '@graphql-eslint/require-nullable-result-in-root': 'off',
      '@graphql-eslint/no-root-type': 'off',
      '@graphql-eslint/alphabetize': 'off',
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: withoutId } }],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
    },
  },
  {
    files: ['schema/operations/*.graphql'],
    rules: {
      ...graphql.configs['flat/operations-all'].rules,
      '@graphql-eslint/alphabetize': 'off',
      // One file is one tab of GraphiQL, numbered in the order of the tabs.
      '@graphql-eslint/match-document-filename': 'off',
      '@graphql-eslint/lone-executable-definition': 'off',
      '@graphql-eslint/no-one-place-fragments': 'off',
      // "Subscriptions" is what is sold here.
      '@graphql-eslint/naming-convention': [
        'error',
        {
          VariableDefinition: 'camelCase',
          FragmentDefinition: 'PascalCase',
          OperationDefinition: {
            style: 'PascalCase',
            forbiddenPrefixes: ['Query', 'Mutation', 'Get'],
            forbiddenSuffixes: ['Query', 'Mutation'],
          },
        },
      ],
    },
  },
];
