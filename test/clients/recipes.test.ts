import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeBlocks } from '../readme.support.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { runRelayCompiler } from './relay.support.ts';

const run = promisify(execFile);
const gateway = sharedTestGateway();
const page = await readFile('docs/clients.md', 'utf8');

interface Recipe {
  readonly title: string;
  readonly code: string;
  readonly document: string;
}

/** The TypeScript of each section, with its first GraphQL document. */
const recipes = page.split(/^## /m).flatMap((section): Recipe[] => {
  const blocks = codeBlocks(section);
  const title = section.slice(0, section.indexOf('\n'));
  const document = blocks.find(({ language }) => language === 'graphql')?.text ?? '';
  const code = blocks.filter(({ language }) => language === 'ts');
  return code.map(({ text }) => ({ title, code: text, document }));
});

/** What each recipe prints, in the order of the page. */
const printed = [
  ['Apollo Client', '2\nBAD_USER_INPUT\n'],
  ['Apollo Client', '4\n'],
  ['urql', '4\nBAD_USER_INPUT\n'],
  ['Relay', '2\nBAD_USER_INPUT\n'],
  ['graphql-request', 'true\nBAD_USER_INPUT\n'],
  ['fetch', '2 0\n'],
  ['Watch an operation', 'SUCCEEDED\nactivateCustomer\n'],
];

// Inside the package, so that the recipes can import it by its name.
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(import.meta.dirname, 'recipes-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Compiles a document with the Relay compiler to src/__generated__. */
async function compile(document: string): Promise<string> {
  const source = join(directory, 'src');
  await mkdir(source);
  await writeFile(
    join(source, 'App.js'),
    `import { graphql } from 'relay-runtime';\ngraphql\`${document}\`;\n`,
  );
  await runRelayCompiler(directory);
  return source;
}

test('docs/clients.md has the recipes that the tests below run', () => {
  expect(recipes.map(({ title }) => title)).toEqual(printed.map(([title]) => title));
});

test.each(recipes.map((recipe, index) => [index, recipe.title, recipe] as const))(
  'recipe %i, %s, prints what it should and no warning',
  { timeout: 60_000 },
  async (index, _title, { code, document }) => {
    const { url } = gateway();
    const source = code.includes('__generated__') ? await compile(document) : directory;
    const file = join(source, `recipe-${index}.ts`);
    const [, host = ''] = /\/\/([^/]+)/.exec(url) ?? [];
    await writeFile(file, code.replaceAll('127.0.0.1:4000', host));
    const { stdout, stderr } = await run(process.execPath, [file]);
    expect([stdout, stderr]).toEqual([printed[index]?.[1], '']);
  },
);
