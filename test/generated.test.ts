import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { expect, onTestFinished, test } from 'vitest';
import codegen from '../codegen.ts';
import { printedSchema } from '../src/schema/print.ts';

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
