import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Catalog, catalogEndings, catalogPlans } from '../domain/catalog/catalog.ts';
import { googleCatalog } from '../domain/catalog/google-catalog.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import { ConfigError } from './settings.ts';

const text = z.string().min(1);
const count = z.int().min(1).max(1_000_000);

const sku = z.strictObject({
  id: text,
  name: text,
  plans: z.array(z.enum(catalogPlans)).min(1),
  maximumSeats: count.nullable(),
  trial: z.strictObject({ seats: count, days: count }).nullable(),
  endsBy: z.enum(catalogEndings),
});

const product = z.strictObject({ id: text, name: text, skus: z.array(sku) });

const catalog = z.strictObject({ products: z.array(product) });

/**
 * The catalog of CATALOG_FILE, or what Google documents when it is not set.
 * @throws ConfigError when the file cannot be read or is not a catalog
 */
export function readCatalog({ reseller }: GatewaySettings): Catalog {
  const path = reseller.CATALOG_FILE;
  if (path === undefined) return googleCatalog;
  const parsed = catalog.safeParse(readJson(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.join('.') || 'the top level';
    throw problemOf(path, `is not a catalog (at ${at}: ${issue?.message})`);
  }
  const ids = parsed.data.products.flatMap(({ skus }) => skus.map(({ id }) => id));
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw problemOf(path, `has the SKU ${repeated} more than once`);
  return parsed.data;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw problemOf(path, `is not JSON (${error.message})`);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw problemOf(path, `cannot be read (${code})`);
  }
}

function problemOf(path: string, problem: string): ConfigError {
  return new ConfigError([`CATALOG_FILE=${path} ${problem}.`]);
}
