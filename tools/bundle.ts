import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';
import { BUNDLE, describeInputs, INPUTS } from '../src/bundle.cjs';
import { toAscii } from './ascii.ts';

// Usage: node tools/bundle.ts [root of the project]
// Bundles the program, so that it starts in a third of the time. `npm ci` runs it.

/** Threads have files of their own. */
const entries = {
  program: 'src/program.ts',
  'sqlite-worker': 'src/store/database/sqlite-worker.ts',
};

/** Loaded only when configured, or shared with such a package, so they stay where they are. */
const external = [
  /^@google-cloud\//,
  /^@grpc\//,
  /^@modelcontextprotocol\//,
  /^@opentelemetry\//,
  'google-auth-library',
  '@graphql-yoga/render-graphiql',
];

/** The URL of a file of the bundle, which is CommonJS: see main.cjs. */
const HERE = `require('node:url').pathToFileURL(__filename)`;

/** Lets a module find its files as if it were still in its folder, and threads in the bundle. */
const files = (root: string): Plugin => ({
  name: 'files',
  transform(code, id) {
    if (!code.includes('import.meta.') || !id.startsWith(`${root}src/`)) return null;
    const inBundle = code.replaceAll(
      /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g,
      (_, name: string) => {
        if (!(name in entries)) throw new Error(`${id} starts ${name}.ts, which is not an entry`);
        return `new URL('./${name}.cjs', ${HERE})`;
      },
    );
    if (inBundle !== code) return inBundle;
    const path = JSON.stringify(`../${relative(root, id)}`);
    return code
      .replaceAll('import.meta.url', `new URL(${path}, ${HERE})`)
      .replaceAll('import.meta.main', 'false');
  },
});

const ascii: Plugin = {
  name: 'ascii',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type === 'chunk') file.code = toAscii(file.code);
    }
  },
};

function inputsIn(root: URL): string[] {
  const entries = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
  const sources = entries.filter((name) => /\.ts$/.test(name)).map((name) => `src/${name}`);
  return ['package-lock.json', ...sources.toSorted()];
}

async function bundle(root: URL): Promise<void> {
  const { rolldown } = await import('rolldown');
  const directory = fileURLToPath(root);
  rmSync(new URL(BUNDLE, root), { recursive: true, force: true });
  // Before the build, so that a source that changes meanwhile makes the bundle outdated.
  const inputs = describeInputs(directory, inputsIn(root));
  const build = await rolldown({
    cwd: directory,
    input: entries,
    platform: 'node',
    external: (id) => isBuiltin(id) || external.some((name) => new RegExp(name).test(id)),
    plugins: [files(directory), ascii],
    onLog(level, log, report) {
      // Some packages refer to optional ones.
      if (log.code !== 'UNRESOLVED_IMPORT') report(level, log);
    },
  });
  await build.write({
    dir: fileURLToPath(new URL(BUNDLE, root)),
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await build.close();
  writeFileSync(new URL(INPUTS, root), inputs);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';

try {
  await bundle(pathToFileURL(`${resolve(process.argv[2] ?? '.')}/`));
} catch (error) {
  // Without development dependencies there is no bundler; the sources run as well, only slower.
  if (!isMissing(error)) throw error;
  process.stdout.write('The bundle was not built, because rolldown is not installed.\n');
}
