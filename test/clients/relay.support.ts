import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type FragmentDefinitionNode, Kind, parse, print, visit } from 'graphql';
import type { ConcreteRequest } from 'relay-runtime';
import type { Request } from './documents.support.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A document as the Relay compiler wants it: named like its file, and without fragments. */
function relayDocument({ text, type }: Request, module: string): string {
  const { definitions } = parse(text);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${module} has no operation`);
  const value = `${module}${type === 'mutation' ? 'Mutation' : 'Query'}`;
  const inlined = visit(
    { ...operation, name: { kind: Kind.NAME, value } as const },
    {
      // Relay hides the fields of a fragment from the query that spreads it.
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment) return undefined;
        const { typeCondition, selectionSet } = fragment;
        return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet } as const;
      },
    },
  );
  return print(inlined);
}

/**
 * Compiles documents with the Relay compiler, in a folder of the package.
 * @returns the compiled document of each request, in order; equal texts are compiled once
 */
export async function compileForRelay(
  directory: string,
  requests: readonly Request[],
): Promise<readonly ConcreteRequest[]> {
  const folder = await mkdtemp(join(directory, 'relay-'));
  const source = join(folder, 'src');
  await mkdir(source);
  const modules = new Map(
    [...new Set(requests.map(({ text }) => text))].map((text, i) => [text, `D${i}`]),
  );
  const written = new Set<string>();
  for (const each of requests) {
    const module = modules.get(each.text) ?? '';
    if (written.has(module)) continue;
    written.add(module);
    const document = relayDocument(each, module);
    const code = `import { graphql } from 'relay-runtime';\ngraphql\`${document}\`;\n`;
    await writeFile(join(source, `${module}.js`), code);
  }
  await runRelayCompiler(folder);
  return Promise.all(
    requests.map(async ({ text, type }) => {
      const name = `${modules.get(text)}${type === 'mutation' ? 'Mutation' : 'Query'}`;
      const file = join(source, '__generated__', `${name}.graphql.js`);
      const compiled: { readonly default: ConcreteRequest } = await import(
        pathToFileURL(file).href
      );
      return compiled.default;
    }),
  );
}

/** Runs the Relay compiler on the folder `src` of a folder, against the printed schema. */
export async function runRelayCompiler(folder: string): Promise<void> {
  const printed = fileURLToPath(new URL('../../schema/schema.graphql', import.meta.url));
  const schema = relative(folder, printed);
  const config = { src: './src', schema, language: 'javascript', eagerEsModules: true };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  // Without watchman it finds the files by itself.
  const env = { ...process.env, FORCE_NO_WATCHMAN: '1' };
  const compiler = require.resolve('relay-compiler/cli.js');
  await run(process.execPath, [compiler, 'relay.config.json'], { cwd: folder, env });
}
