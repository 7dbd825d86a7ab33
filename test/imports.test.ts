import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What each folder of src may import from the rest of src. Everything else is forbidden. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  config: ['domain', 'log.ts'],
  clients: [],
  live: [],
  tracing: ['domain', 'log.ts'],
  backends: ['domain', 'gen', 'log.ts'],
  store: ['domain'],
  operations: ['backends', 'store', 'live', 'domain', 'log.ts'],
  notifications: ['backends', 'store', 'live', 'domain', 'log.ts'],
  portfolio: ['backends', 'store', 'live', 'domain', 'log.ts'],
  writes: ['operations', 'backends', 'store', 'live', 'domain', 'log.ts'],
  services: [
    ...['writes', 'operations', 'notifications', 'portfolio', 'live', 'backends', 'store'],
    'domain',
  ],
  schema: ['services', 'domain'],
  server: ['schema', 'services', 'live', 'domain', 'log.ts'],
  sandbox: ['gen', 'domain/catalog'],
};
const targets = [
  ...Object.keys(allowed),
  ...['domain/catalog', 'gen', 'log.ts', 'gateway.ts', 'main.ts', 'program.ts'],
];

interface Planted {
  readonly file: string;
  readonly target: string;
  readonly isAllowed: boolean;
}

/** Every folder below src/`folder`, itself first. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(join('src', folder), { withFileTypes: true });
  const inner = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);
  return [folder, ...(await Promise.all(inner.map(foldersIn))).flat()];
}

const statements = {
  value: (path: string) => `import { planted } from '${path}';\nplanted();\n`,
  type: (path: string) => `import type { Planted } from '${path}';\nexport type Own = Planted;\n`,
  reexport: (path: string) => `export { planted } from '${path}';\n`,
};

let project: string;
const planted: Planted[] = [];
let rejected: ReadonlyMap<string, readonly string[]>;

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true });
  await writeFile(join(project, file), text);
}

async function plantAll(): Promise<void> {
  for (const [top, list] of Object.entries(allowed)) {
    for (const folder of await foldersIn(top)) {
      for (const target of targets.filter((name) => name.split('/')[0] !== top)) {
        const path = target.endsWith('.ts') ? target : `${target}/planted-target.ts`;
        const specifier = relative(`src/${folder}`, `src/${path}`);
        for (const [kind, statement] of Object.entries(statements)) {
          const name = target.replace('.ts', '').replace('/', '-');
          const file = `src/${folder}/${kind}-${name}.ts`;
          await write(file, statement(specifier));
          const [parent = ''] = target.split('/');
          planted.push({ file, target, isAllowed: list.includes(target) || list.includes(parent) });
        }
      }
    }
  }
}

/** The rules that each file breaks, by the linter's names for them. */
async function lint(): Promise<ReadonlyMap<string, readonly string[]>> {
  const biome = join(process.cwd(), 'node_modules/.bin/biome');
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', 'src'];
  const run = promisify(execFile)(biome, args, { cwd: project, maxBuffer: 2 ** 28 });
  const { stdout } = await run.catch((failure: { stdout: string }) => failure);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  const found = new Map<string, string[]>();
  for (const { category, location } of diagnostics) {
    const { path } = location;
    const file = typeof path === 'string' ? path : path.file;
    found.set(file, [...(found.get(file) ?? []), category]);
  }
  return found;
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'imports-'));
  await cp('biome.json', join(project, 'biome.json'));
  await plantAll();
  const one = "import type { Two } from './cycle-two.ts';\nexport type One = Two;\n";
  const two = "import type { One } from './cycle-one.ts';\nexport type Two = One;\n";
  await write('src/services/cycle-one.ts', one);
  await write('src/services/cycle-two.ts', two);
  await write('src/planted.ts', statements.type('./sandbox/planted-target.ts'));
  rejected = await lint();
}, 60_000);

afterAll(() => rm(project, { recursive: true }));

const RESTRICTED = 'lint/style/noRestrictedImports';

test('the linter rejects an import of every folder that is not listed, also as a type', () => {
  const forbidden = planted.filter(({ isAllowed }) => !isAllowed);
  expect(forbidden.length).toBeGreaterThan(500);
  const missed = forbidden.filter(({ file }) => !rejected.get(file)?.includes(RESTRICTED));
  expect(missed).toEqual([]);
});

test('the linter accepts an import of every folder that is listed', () => {
  const listed = planted.filter(({ isAllowed }) => isAllowed);
  expect(listed.filter(({ file }) => rejected.get(file)?.includes(RESTRICTED))).toEqual([]);
});

test('every folder of src has a list', async () => {
  const entries = await readdir('src', { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.filter((name) => name !== 'gen').toSorted()).toEqual(
    Object.keys(allowed).toSorted(),
  );
});

test('the linter rejects a cycle of type imports', () => {
  expect(rejected.get('src/services/cycle-one.ts')).toContain('lint/suspicious/noImportCycles');
});

test('only program.ts may import the sandbox', () => {
  expect(rejected.get('src/planted.ts')).toContain(RESTRICTED);
});
