import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { readManifests } from '../../src/config/document-manifests.ts';
import { loadGatewayProgram } from '../../src/config/programs.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { plaintext } from '../support/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function textsOf(...paths: string[]) {
  const config = loadConfig({ ...plaintext, DOCUMENTS_FILES: paths.join(',') });
  return Object.fromEntries(readManifests(config.settings));
}

const byId = { a1: '{ a }', b2: '{ b }' };
const apollo = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [{ id: 'c3', name: 'C', type: 'query', body: 'query C { c }' }],
};

test('manifests of GraphQL Code Generator and Relay map ids to documents', () => {
  expect(textsOf(fileWith('codegen.json', byId))).toEqual(byId);
});

test('manifests of Apollo list operations', () => {
  expect(textsOf(fileWith('apollo.json', apollo))).toEqual({ c3: 'query C { c }' });
});

test('several manifests are combined, also with equal documents', () => {
  const paths = [fileWith('one.json', byId), fileWith('two.json', { ...byId, d4: '{ d }' })];
  expect(textsOf(...paths, fileWith('three.json', apollo))).toEqual({
    ...{ a1: '{ a }', b2: '{ b }', d4: '{ d }', c3: 'query C { c }' },
  });
});

test.each([
  ['is not JSON', '{', /is not JSON/],
  ['is a list', [], /is not a manifest/],
  ['has an id without a document', { a1: '' }, /is not a manifest/],
  ['has another version', { ...apollo, version: 2 }, /is not a manifest/],
])('a manifest that %s is a problem at startup', (_, content, problem) => {
  const path = fileWith('bad.json', content);
  expect(() => loadGatewayProgram({ ...plaintext, DOCUMENTS_FILES: path })).toThrow(ConfigError);
  expect(() => textsOf(path)).toThrow(problem);
});

test('a manifest that does not exist is a problem at startup', () => {
  expect(() => textsOf(join(folder, 'missing.json'))).toThrow(/cannot be read \(ENOENT\)/);
});

test('two documents with one id are a problem at startup', () => {
  const paths = [fileWith('one.json', byId), fileWith('two.json', { a1: '{ other }' })];
  expect(() => textsOf(...paths)).toThrow(/gives the id a1 to a second document/);
});
