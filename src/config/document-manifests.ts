import { z } from 'zod';
import type { GatewaySettings } from './gateway-settings.ts';
import { fileProblem, readJsonFile } from './json-file.ts';

/** What Relay's compiler and the client preset of GraphQL Code Generator write. */
const textById = z.record(z.string().min(1), z.string().min(1));

/** What Apollo's generate-persisted-query-manifest writes. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

const manifest = z.union([apolloManifest, textById]);

/**
 * The documents of the manifests in DOCUMENTS_FILES, by id.
 * @throws ConfigError when a file cannot be read, is not a manifest, or contradicts another
 */
export function readManifests({ documents }: GatewaySettings): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const path of documents.DOCUMENTS_FILES ?? []) {
    for (const [id, text] of readManifest(path)) {
      if (texts.has(id) && texts.get(id) !== text) {
        throw fileProblem('DOCUMENTS_FILES', path, `gives the id ${id} to a second document`);
      }
      texts.set(id, text);
    }
  }
  return texts;
}

function readManifest(path: string): [string, string][] {
  const parsed = manifest.safeParse(readJsonFile('DOCUMENTS_FILES', path));
  if (!parsed.success) {
    const expected =
      'is not a manifest: expected an object of ids and documents, or a persisted query manifest of Apollo';
    throw fileProblem('DOCUMENTS_FILES', path, expected);
  }
  const { data } = parsed;
  if (!isApollo(data)) return Object.entries(data);
  return data.operations.map(({ id, body }) => [id, body]);
}

function isApollo(data: z.infer<typeof manifest>): data is z.infer<typeof apolloManifest> {
  return typeof data['operations'] === 'object';
}
