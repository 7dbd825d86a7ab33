import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { DatabaseKind } from './database.ts';
import { migrations } from './migrations.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Not Kysely's default names: on PostgreSQL, another program may use those in the same database. */
export const migrationTableName = 'gateway_migrations';
const migrationLockTableName = 'gateway_migration_lock';

/**
 * Migrates the schema to this version. Writes nothing when it is current, so that a read-only
 * database can still be read.
 * @param name the database's name in error messages
 * @throws StoreError when a newer version migrated the database; otherwise the database's error
 */
export async function migrate(db: Kysely<Tables>, kind: DatabaseKind, name: string): Promise<void> {
  const known = migrations(kind);
  const applied = await appliedMigrations(db);
  const unknown = applied.filter((migration) => !Object.hasOwn(known, migration));
  if (unknown.length > 0) {
    const steps = unknown.join(', ');
    throw new StoreError(
      `${name} was migrated by a newer version of the gateway (${steps}): start that version.`,
    );
  }
  if (applied.length === Object.keys(known).length) return;
  const provider = { getMigrations: async () => known };
  const migrator = new Migrator({ db, provider, migrationTableName, migrationLockTableName });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function appliedMigrations(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === migrationTableName)) return [];
  const rows = await db
    .withTables<{ [migrationTableName]: { name: string } }>()
    .selectFrom(migrationTableName)
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}
