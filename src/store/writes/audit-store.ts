import type { BillingCustomerKey } from '../../domain/customer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type {
  WriteChange,
  WriteFailure,
  WriteMutation,
  WriteOutcome,
  WriteRecord,
} from '../../domain/write.ts';
import type { StoredWrite } from './write-rows.ts';
import type { NewWrite } from './write-store.ts';

/** Selects writes; conditions that are not set match every write, an empty list matches none. */
export interface AuditFilter {
  readonly viewer?: string | undefined;
  readonly mutations?: readonly WriteMutation[] | undefined;
  readonly outcomes?: readonly WriteOutcome[] | undefined;
  /** Billing's reseller id. */
  readonly resellerId?: string | undefined;
  /**
   * A customer's ids in the two APIs: matches writes on either; none when both are null. With its
   * domain, also the orders of it, which were sent before it had an id.
   */
  readonly customer?:
    | {
        readonly billing: BillingCustomerKey | null;
        readonly resellerCustomerId: string | null;
        readonly domain?: string | null | undefined;
      }
    | undefined;
  readonly subscription?: { readonly customerId: string; readonly skuId: string } | undefined;
  /** Recorded at this time or later. */
  readonly from?: Date | undefined;
  /** Recorded before this time. */
  readonly until?: Date | undefined;
  /** Only writes whose target this tenant sees. */
  readonly tenant?: Tenant | undefined;
}

export type AuditOrder = 'AT_DESC' | 'AT_ASC';

export interface AuditPageQuery {
  readonly filter: AuditFilter;
  readonly order: AuditOrder;
  /** The number of the write that the page starts after; null for the first page. */
  readonly after: number | null;
  /** At most 1000. */
  readonly limit: number;
}

/** An outcome that a person confirms. */
export interface Confirmation {
  readonly outcome: 'DONE' | 'REFUSED';
  /** Billing's operation; null for a write without one. */
  readonly operationId: string | null;
  /** The reason that the audit entry shows; null for DONE. */
  readonly failure: WriteFailure | null;
}

/** The writes as an audit log. Every method rejects with a GatewayError like the `WriteStore`. */
export interface AuditStore {
  /** Pages of writes, in the order of the queries. */
  pages(queries: readonly AuditPageQuery[]): Promise<readonly (readonly WriteRecord[])[]>;
  /** The number of writes that match each filter. */
  counts(filters: readonly AuditFilter[]): Promise<readonly number[]>;
  /** A viewer's latest write with this idempotency key; null when there is none. */
  byKey(viewer: string, idempotencyKey: string): Promise<WriteRecord | null>;
  /**
   * Writes whose outcome was stored after `sequence`, oldest first, each with its latest outcome. A
   * sequence becomes visible only after all lower ones.
   */
  changesAfter(
    filter: AuditFilter,
    sequence: number,
    limit: number,
  ): Promise<readonly WriteChange[]>;
  /** The highest sequence; 0 when no outcome is stored. */
  lastSequence(): Promise<number>;
  /**
   * Stores an outcome that a person confirmed, and `audit` as the DONE record of that action, in one
   * transaction. False, and stores nothing, when the write has an outcome, an attempt holds it, or
   * the operation belongs to another write.
   */
  confirm(write: StoredWrite, confirmation: Confirmation, audit: NewWrite): Promise<boolean>;
  /**
   * Stores `audit` as the DONE record of a repeat that a person requested. False, and stores nothing,
   * when the write has an outcome, an attempt holds it, or it is superseded.
   */
  recordRepeat(write: StoredWrite, audit: NewWrite): Promise<boolean>;
  /** Whether an operation belongs to another write than `id`. */
  isOperationTaken(operationId: string, id: string): Promise<boolean>;
  /** The write that started an operation; null for operations that others started. */
  idByOperation(operationId: string): Promise<string | null>;
  /**
   * Deletes up to `limit` writes that were recorded more than `ageMs` ago. Keeps PENDING and UNKNOWN
   * ones, those of unfinished operations, and the one with the highest sequence.
   * @returns the number of deleted writes
   */
  prune(ageMs: number, limit: number): Promise<number>;
  /**
   * Erases the requests of up to `limit` writes without an outcome that are older than `ageMs`:
   * personal data is not kept forever for a write that no person settles. Returns their number.
   */
  eraseRequests(ageMs: number, limit: number): Promise<number>;
}
