import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCatalog } from '../../src/config/catalog-file.ts';
import { loadConfig } from '../../src/config/config.ts';
import { loadGatewayProgram } from '../../src/config/programs.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { googleCatalog } from '../../src/domain/catalog/google-catalog.ts';
import { plaintext } from '../support/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'catalog-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sku = {
  ...{ id: 'S1', name: 'Sku', plans: ['FLEXIBLE'], maximumSeats: null, trial: null },
  endsBy: 'CANCEL',
};
const productWith = (...skus: unknown[]) => ({ products: [{ id: 'P1', name: 'Product', skus }] });

function fileWith(content: unknown): string {
  const path = join(folder, 'catalog.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemsOf(path: string): readonly string[] {
  try {
    loadGatewayProgram({ ...plaintext, CATALOG_FILE: path });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('CATALOG_FILE replaces the catalog', () => {
  const path = fileWith(productWith(sku));
  expect(problemsOf(path)).toEqual([]);
  const { settings } = loadConfig({ ...plaintext, CATALOG_FILE: path });
  expect(readCatalog(settings)).toEqual(productWith(sku));
});

test('the catalog without CATALOG_FILE is that of Google', () => {
  expect(readCatalog(loadConfig(plaintext).settings)).toBe(googleCatalog);
});

test.each<[string, unknown, RegExp]>([
  ['that is not JSON', '{', / is not JSON \(.+\)\.$/],
  ['without products', {}, / is not a catalog \(at products: .+\)\.$/],
  [
    'with an unknown plan',
    productWith({ ...sku, plans: ['WEEKLY'] }),
    /\(at products\.0\.skus\.0\.plans\.0: /,
  ],
  [
    'with an unknown property',
    productWith({ ...sku, seats: 1 }),
    /\(at products\.0\.skus\.0: .*"seats"/,
  ],
  ['with an SKU twice', productWith(sku, sku), / has the SKU S1 more than once\.$/],
])('a file %s is a problem of the configuration', (_, content, problem) => {
  const path = fileWith(content);
  expect(problemsOf(path)).toEqual([expect.stringMatching(problem)]);
  expect(problemsOf(path)[0]).toContain(`CATALOG_FILE=${path} `);
});

test('a file that does not exist is a problem of the configuration', () => {
  expect(problemsOf('/nowhere/catalog.json')).toEqual([
    'CATALOG_FILE=/nowhere/catalog.json cannot be read (ENOENT).',
  ]);
});
