import type { Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import { auditReads } from './audit-reads.ts';
import { auditWrites } from './audit-writes.ts';

export type { AuditFilter, AuditOrder, AuditPageQuery } from './audit-reads.ts';

export type AuditStore = ReturnType<typeof auditStore>;

/** The writes as an audit log. Every method rejects with a GatewayError like the `WriteStore`. */
export function auditStore(database: Database, changes: Changes) {
  return { ...auditReads(database), ...auditWrites(database, changes) };
}
