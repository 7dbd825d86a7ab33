import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { undatedDeprecations, unnamedBreakingChanges } from '../../tools/breaking-changes.ts';

const run = promisify(execFile);
const printed = await readFile('schema/schema.graphql', 'utf8');
const changelog = await readFile('CHANGELOG.md', 'utf8');

/** The schema with a change; fails when there is nothing to change. */
function planted(from: string | RegExp, to: string): string {
  const changed = printed.replace(from, to);
  expect(changed).not.toBe(printed);
  return changed;
}

async function pathsOf(current: string, log = changelog): Promise<string[]> {
  return (await unnamedBreakingChanges(printed, current, log)).map(({ path }) => path);
}

test('a removed field and a field that becomes nullable are breaking changes', async () => {
  const removed = planted(/\n {2}"""[^"]*"""\n {2}rights: \[Right!\]!\n/, '\n');
  expect(await pathsOf(removed)).toEqual(['Viewer.rights']);
  expect(await pathsOf(planted('rights: [Right!]!', 'rights: [Right!]'))).toEqual([
    'Viewer.rights',
  ]);
});

test('a removed enum value and a new required argument are breaking changes', async () => {
  const withoutValue = planted(/\n {2}"""[^"]*"""\n {2}TRANSFER_TO_DIRECT\n/, '\n');
  expect(await pathsOf(withoutValue)).toEqual(['CatalogEnding.TRANSFER_TO_DIRECT']);
  const withArgument = planted('viewer: Viewer!', 'viewer(as: String!): Viewer!');
  expect(await pathsOf(withArgument)).toEqual(['Query.viewer.as']);
});

test('additions, and changes that an unreleased entry names as breaking, are allowed', async () => {
  const added = planted('type Viewer {', 'type Viewer {\n  """New."""\n  extra: Int');
  expect(await pathsOf(added)).toEqual([]);
  const removed = planted(/\n {2}"""[^"]*"""\n {2}TRANSFER_TO_DIRECT\n/, '\n');
  const entry = '- **Breaking:** `CatalogEnding.TRANSFER_TO_DIRECT` is gone.\n';
  expect(await pathsOf(removed, `# Changelog\n\n## Unreleased\n\n${entry}`)).toEqual([]);
  const released = `# Changelog\n\n## Unreleased\n\n- Fast.\n\n## 0.1.0\n\n${entry}`;
  expect(await pathsOf(removed, released)).toEqual(['CatalogEnding.TRANSFER_TO_DIRECT']);
  const silent = '## Unreleased\n\n- `CatalogEnding.TRANSFER_TO_DIRECT` is gone.\n';
  expect(await pathsOf(removed, silent)).toEqual(['CatalogEnding.TRANSFER_TO_DIRECT']);
});

test('the check of `npm run check` passes today, and fails on a breaking change', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(scripts['check:static']).toContain('npm run check:evolution');
  expect(scripts['check:evolution']).toBe('node tools/check-evolution.ts');
  const check = ['tools/check-evolution.ts', 'schema/released.graphql'];
  await run(process.execPath, check);

  const directory = await mkdtemp(join(tmpdir(), 'evolution-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const broken = join(directory, 'schema.graphql');
  await writeFile(broken, planted('viewer: Viewer!', 'viewer: Viewer'));
  const failure = await run(process.execPath, [...check, broken]).catch((error) => error);
  expect(failure).toMatchObject({ code: 1 });
  expect(failure.stderr).toContain('Query.viewer');
});

test('a deprecation without a date is reported', () => {
  const withReason = (reason: string) =>
    planted('viewer: Viewer!', `viewer: Viewer! @deprecated(reason: "${reason}")`);
  expect(undatedDeprecations(withReason('Since 2026-11-26. Use me.'))).toEqual([]);
  expect(undatedDeprecations(withReason('Use me.'))).toEqual(['Use me.']);
});

test('graphql.config.json names the schema and the documents', async () => {
  const { schema, documents } = JSON.parse(await readFile('graphql.config.json', 'utf8'));
  expect([schema, documents]).toEqual(['schema/schema.graphql', 'schema/operations/*.graphql']);
});
