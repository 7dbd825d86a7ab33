import type { z } from 'zod';
import type { ResellerClient } from '../../backends/reseller/client.ts';
import { isRefused } from '../../backends/reseller/refusals.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { WriteRecord } from '../../domain/write.ts';
import type { StoredWrite } from '../../store/writes/write-rows.ts';
import type { WriteStore } from '../../store/writes/write-store.ts';
import type { Conduct, ReadBack } from '../write-spec.ts';

export interface ResellerWriteOptions {
  /**
   * How long a write may take, including reading back, in milliseconds. Must exceed the timeout of a
   * call to leave time for reading back.
   */
  readonly timeoutMs: number;
  /**
   * How long after the last moment of an attempt its effect may still be missing from reads, in
   * milliseconds: the vendor does not document read-after-write.
   */
  readonly absentAfterMs?: number | undefined;
}

export interface ResellerWriteDeps extends ResellerWriteOptions {
  readonly reseller: ResellerClient;
  readonly store: Pick<WriteStore, 'done' | 'hasLater'>;
  /** What dry runs know about SKUs. */
  readonly catalog: Catalog;
}

/** The default of `absentAfterMs`: 60 s, and 1 s within which a call leaves after its record. */
const ABSENT_AFTER_MS = 61_000;

/** One write, as its request and snapshot were stored. */
export interface Sent<R, S> {
  readonly record: WriteRecord;
  readonly request: R;
  readonly snapshot: S;
  /** Whether an effect that is missing from reads now will not appear later. */
  readonly isConclusive: boolean;
}

export interface Steps<R, S, A> {
  readonly request: z.ZodType<R>;
  readonly snapshot: z.ZodType<S>;
  attempt(sent: Sent<R, S>, scope: CallScope): Promise<A>;
  readBack(sent: Sent<R, S>, scope: CallScope): Promise<ReadBack<A>>;
  current(record: WriteRecord, scope: CallScope): Promise<A>;
}

/** A conduct that makes one attempt and reads back when its answer is missing. */
export function conductOf<R, S, A>(
  { store, timeoutMs, absentAfterMs = ABSENT_AFTER_MS }: ResellerWriteDeps,
  steps: Steps<R, S, A>,
): Conduct<A, A> {
  const sent = (write: StoredWrite): Sent<R, S> => ({
    record: write.record,
    request: steps.request.parse(write.request),
    snapshot: steps.snapshot.parse(write.snapshot),
    isConclusive: write.ageMs >= timeoutMs + absentAfterMs,
  });
  return {
    vendor: 'reseller',
    timeoutMs,
    attempt: async (write, scope) => steps.attempt(sent(write), scope),
    isRefusal: isRefused,
    async store(write, answer) {
      await store.done(write.record.id);
      return answer;
    },
    provisional: (_write, answer) => answer,
    current: (record, scope) => steps.current(record, scope),
    async readBack(write, scope) {
      const { isConclusive, ...rest } = sent(write);
      const found = await steps.readBack({ ...rest, isConclusive }, scope);
      return found.type === 'absent' && !isConclusive ? { type: 'unclear' } : found;
    },
  };
}
