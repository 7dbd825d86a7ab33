import { readdirSync, readFileSync } from 'node:fs';

const directory = new URL('../../schema/operations/', import.meta.url);

/** The documents that GraphiQL opens with, one tab each, in the order of their file names. */
export function graphiqlTabs(): { query: string }[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({ query: readFileSync(new URL(name, directory), 'utf8') }));
}
