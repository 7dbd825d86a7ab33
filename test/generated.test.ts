import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { expect, onTestFinished, test } from 'vitest';
import codegen from '../codegen.ts';
import { parseScalar } from '../src/clients/scalars.ts';
import { printedSchema } from '../src/schema/print.ts';
import { schema } from '../src/schema/schema.ts';
import { compileClients, customScalars, generatedFiles } from '../tools/client-sources.ts';

const run = promisify(execFile);

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'generated-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Every file below a directory, by its path in there. */
async function filesIn(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const contents = files.sort().map(async (file) => {
    return [file.slice(directory.length + 1), await readFile(file, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}

test('schema/schema.graphql is the printed schema', async () => {
  expect(await readFile('schema/schema.graphql', 'utf8')).toBe(printedSchema());
});

test('src/gen is what proto/ generates', { timeout: 60_000 }, async () => {
  const directory = await temporaryDirectory();
  await cp('proto', join(directory, 'proto'), { recursive: true });
  await cp('buf.gen.yaml', join(directory, 'buf.gen.yaml'));
  const bin = join(process.cwd(), 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  await run(join(bin, 'buf'), ['generate'], { cwd: directory, env });
  expect(await filesIn('src/gen')).toEqual(await filesIn(join(directory, 'src/gen')));
});

test('the typed documents are those of schema/operations', { timeout: 60_000 }, async () => {
  const [[target, output] = []] = Object.entries(codegen.generates);
  if (!target || !output) throw new Error('codegen.ts generates something');
  const files = await generate({ ...codegen, silent: true }, false);
  const generated = files.map(({ filename, content }: { filename: string; content: string }) => {
    return [filename.slice(target.length), content];
  });
  expect(await filesIn(target.replace(/\/$/, ''))).toEqual(Object.fromEntries(generated));
});

test('the client kit is what the schema and src/clients generate', {
  timeout: 60_000,
}, async () => {
  const generated = generatedFiles();
  for (const [path, text] of Object.entries(generated)) {
    expect(await readFile(path, 'utf8'), path).toBe(text);
  }
  const directory = await temporaryDirectory();
  await compileClients(directory);
  const { 'documents.json': _manifest, ...compiled } = await filesIn('clients');
  expect(compiled).toEqual(await filesIn(directory));
});

test('the client kit needs no package, and has a parser for every scalar of the schema', async () => {
  const code = Object.values(await filesIn('clients')).join('\n');
  const imported = [...code.matchAll(/(?:from|import\() ?['"]([^'"]+)/g)].map(
    ([, name = '']) => name,
  );
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((name) => !name.startsWith('./'))).toEqual([]);
  expect(Object.keys(parseScalar).sort()).toEqual(customScalars(schema).sort());
});

test('every path that package.json exports exists', async () => {
  const { exports } = JSON.parse(await readFile('package.json', 'utf8'));
  const paths = Object.values<string | Record<string, string>>(exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  expect(paths.length).toBeGreaterThan(8);
  await Promise.all(paths.map((path) => readFile(path)));
});
