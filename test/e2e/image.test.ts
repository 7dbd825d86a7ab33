import { execFile, spawn } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, realpath, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { bundledProgram, describeInputs, INPUTS } from '../../src/bundle.cjs';
import { testDirectory } from './gateway-process.support.ts';

/** The arguments of the COPY instructions of the image, those from other stages left out. */
async function copied(): Promise<[source: string, target: string][]> {
  const lastStage = (await readFile('Dockerfile', 'utf8')).split(/^FROM /m).at(-1) ?? '';
  return [...lastStage.matchAll(/^COPY (?!--)(.+)$/gm)].flatMap(([, paths = '']) => {
    const names = paths.split(' ');
    const target = names.pop() ?? '';
    return names.map((name): [string, string] => [name, target === './' ? name : target]);
  });
}

/** What the image contains, with its bundle. */
async function image(): Promise<string> {
  const root = await realpath(testDirectory());
  for (const [source, target] of await copied()) {
    await mkdir(dirname(join(root, target)), { recursive: true });
    await cp(source, join(root, target), { recursive: true, preserveTimestamps: true });
  }
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  await promisify(execFile)(process.execPath, ['tools/bundle.ts', root]);
  return root;
}

async function start(root: string): Promise<string> {
  const child = spawn(process.execPath, ['src/main.cjs'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PORT: '0', DATABASE_URL: 'sqlite:gateway.db', MCP: 'read', LOG_LEVEL: 'warn' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    const url = /http:\S+\/graphql/.exec(output)?.[0];
    if (url) return url;
  }
  throw new Error(`the gateway did not start: ${output}`);
}

async function post(url: string, body: unknown): Promise<string> {
  const accept = 'application/json, text/event-stream';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
  return response.text();
}

test('the bundle serves everything from the files of the image', async () => {
  const root = await image();
  expect(bundledProgram(`${root}/`)).toContain('dist/program.cjs');
  for (const name of await readdir(join(root, 'dist'))) {
    expect(await readFile(join(root, 'dist', name), 'utf8'), name).toMatch(/^[\0-\x7f]*$/);
  }
  const url = await start(root);
  const answer = await post(url, { query: '{ customers(first: 1) { nodes { __typename } } }' });
  expect(JSON.parse(answer)).toEqual({
    data: { customers: { nodes: [{ __typename: 'Customer' }] } },
  });
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('gatewayOptions([{"name":');
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  expect(await post(new URL('/mcp', url).href, list)).toContain('"tools":[{"name":"');
}, 30_000);

test('sources run instead of a bundle when one has changed since or is gone', () => {
  const root = `${testDirectory()}/`;
  for (const name of ['src', 'dist']) mkdirSync(join(root, name));
  const paths = ['package-lock.json', 'src/a.ts', 'src/b.ts'];
  for (const name of paths) writeFileSync(join(root, name), name);
  expect(bundledProgram(root)).toBeNull();
  writeFileSync(join(root, INPUTS), describeInputs(root, paths));
  expect(bundledProgram(root)).toBe(`${root}dist/program.cjs`);

  const later = new Date(Date.now() + 5_000);
  utimesSync(join(root, 'src/a.ts'), later, later);
  expect(bundledProgram(root)).toBeNull();
  writeFileSync(join(root, INPUTS), describeInputs(root, paths));
  writeFileSync(join(root, 'package-lock.json'), 'another');
  expect(bundledProgram(root)).toBeNull();
  writeFileSync(join(root, INPUTS), describeInputs(root, paths));
  rmSync(join(root, 'src/b.ts'));
  expect(bundledProgram(root)).toBeNull();
});

test('nothing that the image copies is ignored', async () => {
  const rules = (await readFile('.dockerignore', 'utf8')).split('\n');
  const ignored = (await copied()).filter(([source]) => {
    const parents = source.split('/').map((_, n, parts) => parts.slice(0, n + 1).join('/'));
    return parents.some((path) => !rules.includes(`!${path}`));
  });
  expect(ignored).toEqual([]);
});
