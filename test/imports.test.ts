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
  ...['domain/catalog', 'gen', 'log.ts', 'gateway.ts', 'main.cjs', 'program.ts'],
];

interface Planted {
  /** The file and the line of the import in it, as `file:line`. */
  readonly place: string;
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

/** Imports a path under a name, in one line. */
const statements = [
  (path: string, name: string) => `import { planted as ${name} } from '${path}';`,
  (path: string, name: string) => `import type { Planted as ${name} } from '${path}';`,
  (path: string, name: string) => `export { planted as ${name} } from '${path}';`,
];

let project: string;
const planted: Planted[] = [];
let rejected: ReadonlyMap<string, readonly string[]>;

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true });
  await writeFile(join(project, file), text);
}

/** One file in each folder, which imports every target that the list of the folder names or omits. */
async function plantAll(): Promise<void> {
  for (const [top, list] of Object.entries(allowed)) {
    const others = targets.filter((name) => name.split('/')[0] !== top);
    for (const folder of await foldersIn(top)) {
      const file = `src/${folder}/planted.ts`;
      const lines = others.flatMap((target) => {
        const path = target.endsWith('.ts') ? target : `${target}/planted-target.ts`;
        const specifier = relative(`src/${folder}`, `src/${path}`);
        const [parent = ''] = target.split('/');
        const isAllowed = list.includes(target) || list.includes(parent);
        return statements.map((statement) => ({ statement, specifier, target, isAllowed }));
      });
      for (const [n, { target, isAllowed }] of lines.entries()) {
        planted.push({ place: `${file}:${n + 1}`, target, isAllowed });
      }
      const text = lines.map(({ statement, specifier }, n) => statement(specifier, `name${n}`));
      await write(file, `${text.join('\n')}\n`);
    }
  }
}

/** The rules that each line breaks, by the linter's names for them. */
async function lint(): Promise<ReadonlyMap<string, readonly string[]>> {
  const biome = join(process.cwd(), 'node_modules/.bin/biome');
  const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', 'src'];
  const run = promisify(execFile)(biome, args, { cwd: project, maxBuffer: 2 ** 28 });
  const { stdout } = await run.catch((failure: { stdout: string }) => failure);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string; start: { line: number } } }[];
  };
  const found = new Map<string, string[]>();
  for (const { category, location } of diagnostics) {
    const place = `${location.path}:${location.start.line}`;
    found.set(place, [...(found.get(place) ?? []), category]);
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
  await write(
    'src/planted.ts',
    "import type { Planted } from './sandbox/planted-target.ts';\nexport type Own = Planted;\n",
  );
  rejected = await lint();
}, 60_000);

afterAll(() => rm(project, { recursive: true }));

const RESTRICTED = 'lint/style/noRestrictedImports';

test('the linter rejects an import of every folder that is not listed, also as a type', () => {
  const forbidden = planted.filter(({ isAllowed }) => !isAllowed);
  expect(forbidden.length).toBeGreaterThan(500);
  const missed = forbidden.filter(({ place }) => !rejected.get(place)?.includes(RESTRICTED));
  expect(missed).toEqual([]);
});

test('the linter accepts an import of every folder that is listed', () => {
  const listed = planted.filter(({ isAllowed }) => isAllowed);
  expect(listed.filter(({ place }) => rejected.get(place)?.includes(RESTRICTED))).toEqual([]);
});

test('every folder of src has a list', async () => {
  const entries = await readdir('src', { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.filter((name) => name !== 'gen').toSorted()).toEqual(
    Object.keys(allowed).toSorted(),
  );
});

test('the linter rejects a cycle of type imports', () => {
  expect(rejected.get('src/services/cycle-one.ts:1')).toContain('lint/suspicious/noImportCycles');
});

test('only program.ts may import the sandbox', () => {
  expect(rejected.get('src/planted.ts:1')).toContain(RESTRICTED);
});
