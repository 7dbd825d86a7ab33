import { readFileSync } from 'node:fs';
import { undatedDeprecations, unnamedBreakingChanges } from './breaking-changes.ts';

// Usage: node tools/check-evolution.ts [released] [current] [changelog]
const [
  released = 'schema/released.graphql',
  current = 'schema/schema.graphql',
  changelog = 'CHANGELOG.md',
] = process.argv.slice(2);

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

const breaking = await unnamedBreakingChanges(read(released), read(current), read(changelog));
const undated = undatedDeprecations(read(current));

for (const { path, message } of breaking) {
  console.error(
    `${path}: ${message} This breaks clients. Keep it and add @deprecated, or name \`${path}\` in a CHANGELOG entry that says Breaking.`,
  );
}
for (const reason of undated) {
  console.error(`@deprecated(reason: "${reason}") has no date. Add the day, such as 2026-11-26.`);
}
process.exitCode = breaking.length + undated.length > 0 ? 1 : 0;
