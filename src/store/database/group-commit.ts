import { setTimeout as pause } from 'node:timers/promises';
import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import { groupCommitted } from '../../domain/telemetry.ts';
import type { AppendOnlyTable, CommitOptions, CommitResults } from './database.ts';
import { databaseFailure, isConflict, isSqliteLocked, isStatementFault } from './failure.ts';
import { Settlements } from './settlements.ts';
import type { Tables } from './tables.ts';

/** Bounds of one transaction. */
const MAX_COMMITS = 200;
const MAX_PARAMETER_SIZE = 4_000_000;
/** How often a commit that runs alone is tried while concurrent transactions make it fail. */
const MAX_ATTEMPTS = 3;
/** Milliseconds that a commit waits while another program locks the SQLite file. */
const LOCK_WAIT = 30_000;
const CLOSING_LOCK_WAIT = 2_000;
const LOCK_RETRY = 10;

/** What the commits of one transaction need, merged. */
export interface CommitGroup {
  readonly queries: readonly CompiledQuery[];
  readonly locks: readonly string[];
  readonly appends: readonly AppendOnlyTable[];
  readonly announcements: readonly string[];
}

export interface GroupCommitOptions {
  /** Compiles the statements. */
  readonly compiler: Kysely<Tables>;
  /** The number of transactions that may run at once. */
  readonly slots: number;
  /** Throws a TypeError for a value that the driver cannot send. */
  assertBindable(parameter: unknown): void;
  /**
   * Commits a group in one transaction and returns the results of its queries. Rejects with a
   * CommitUnknownError when the outcome is unknown, with the database's error when it rolled back,
   * and with any other error when nothing was submitted.
   */
  execute(group: CommitGroup): Promise<readonly QueryResult<unknown>[]>;
}

interface Member {
  readonly queries: readonly CompiledQuery[];
  readonly options: CommitOptions;
  readonly size: number;
  readonly queuedAt: number;
  readonly onAbort: () => void;
  resolve(results: readonly QueryResult<unknown>[]): void;
  reject(error: unknown): void;
}

/** Merges the commits that arrive while all slots are busy into the next transaction. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #queue = new Set<Member>();
  readonly #settlements = new Settlements();
  #running = 0;
  #lockedSince: number | null = null;
  #closing: PromiseWithResolvers<void> | null = null;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** See `Database.commit`. */
  async commit<const Q extends readonly CompiledQuery<unknown>[]>(
    build: (db: Kysely<Tables>) => Q,
    options: CommitOptions = {},
  ): Promise<CommitResults<Q>> {
    options.signal?.throwIfAborted();
    if (this.#closing) throw databaseFailure(new Error('the database is closed'));
    const queries = build(this.#options.compiler);
    this.#assertBindable(queries);
    const results = await this.#enqueue(queries, options);
    assertResultsOf(queries, results);
    return results;
  }

  /** Waits for all commits. Later ones are rejected. */
  async close(): Promise<void> {
    this.#closing ??= Promise.withResolvers();
    this.#pump();
    await this.#closing.promise;
  }

  /** Before the queries join a group, so that they fail alone. */
  #assertBindable(queries: readonly CompiledQuery[]): void {
    try {
      for (const { parameters } of queries) parameters.forEach(this.#options.assertBindable);
    } catch (error) {
      throw databaseFailure(error);
    }
  }

  #enqueue(
    queries: readonly CompiledQuery[],
    options: CommitOptions,
  ): Promise<readonly QueryResult<unknown>[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly QueryResult<unknown>[]>();
    const member: Member = {
      queries,
      options,
      size: sizeOf(queries),
      queuedAt: performance.now(),
      onAbort: () => this.#queue.delete(member) && reject(options.signal?.reason),
      resolve,
      reject,
    };
    options.signal?.addEventListener('abort', member.onAbort, { once: true });
    this.#queue.add(member);
    // Not at once, so that commits of the same turn of the event loop share the first transaction.
    queueMicrotask(() => this.#pump());
    return promise;
  }

  #pump(): void {
    while (this.#running < this.#options.slots && this.#queue.size > 0) {
      this.#running++;
      this.#run(this.#take()).finally(() => {
        this.#running--;
        this.#pump();
      });
    }
    if (this.#running === 0 && this.#queue.size === 0) this.#closing?.resolve();
  }

  #take(): readonly Member[] {
    const members: Member[] = [];
    let size = 0;
    for (const member of this.#queue) {
      size += member.size;
      const isFull = members.length === MAX_COMMITS || size > MAX_PARAMETER_SIZE;
      if (isFull && members.length > 0) break;
      this.#queue.delete(member);
      member.options.signal?.removeEventListener('abort', member.onAbort);
      members.push(member);
    }
    return members;
  }

  /** Never rejects: every member gets its result or its error. */
  async #run(members: readonly Member[], attempt = 1): Promise<void> {
    if (members.length === 0) return;
    const startedAt = performance.now();
    try {
      const results = await this.#options.execute(merge(members));
      groupCommitted.publish({
        durationMs: performance.now() - startedAt,
        commits: members.length,
      });
      this.#lockedSince = null;
      this.#resolve(members, results);
    } catch (error) {
      if (isSqliteLocked(error)) return this.#retryLocked(members, error);
      if (members.length > 1 && isStatementFault(error)) {
        for (const member of members) await this.#run([member]);
      } else if (isConflict(error) && attempt < MAX_ATTEMPTS) {
        await this.#run(members, attempt + 1);
      } else this.#reject(members, () => databaseFailure(error));
    }
  }

  /** Nothing was submitted, so members that were cancelled or have waited too long can be dropped. */
  async #retryLocked(members: readonly Member[], error: unknown): Promise<void> {
    this.#lockedSince ??= performance.now();
    const since = this.#lockedSince;
    const wait = this.#closing ? CLOSING_LOCK_WAIT : LOCK_WAIT;
    const isExpired = ({ queuedAt }: Member) =>
      performance.now() > Math.max(queuedAt, since) + wait;
    const isCancelled = ({ options }: Member) => options.signal?.aborted === true;
    const {
      cancelled = [],
      expired = [],
      waiting = [],
    } = Object.groupBy(members, (member) => {
      if (isCancelled(member)) return 'cancelled';
      return isExpired(member) ? 'expired' : 'waiting';
    });
    this.#reject(cancelled, ({ options }) => options.signal?.reason);
    this.#reject(expired, () => databaseFailure(error));
    if (waiting.length > 0) await pause(LOCK_RETRY);
    await this.#run(waiting);
  }

  #resolve(members: readonly Member[], results: readonly QueryResult<unknown>[]): void {
    let start = 0;
    this.#settlements.add(
      members.map(({ queries, resolve }) => {
        const own = results.slice(start, start + queries.length);
        start += queries.length;
        return () => resolve(own);
      }),
    );
  }

  #reject(members: readonly Member[], errorFor: (member: Member) => unknown): void {
    this.#settlements.add(members.map((member) => () => member.reject(errorFor(member))));
  }
}

function merge(members: readonly Member[]): CommitGroup {
  const distinct = <T>(values: (options: CommitOptions) => readonly T[] | undefined): T[] => [
    ...new Set(members.flatMap(({ options }) => values(options) ?? [])),
  ];
  return {
    queries: members.flatMap(({ queries }) => queries),
    locks: distinct(({ locks }) => locks),
    appends: distinct(({ appends }) => appends),
    announcements: distinct(({ announcements }) => announcements),
  };
}

/** Roughly the bytes of the parameters. */
function sizeOf(queries: readonly CompiledQuery[]): number {
  let size = 0;
  for (const { parameters } of queries) {
    for (const value of parameters) size += typeof value === 'string' ? value.length : 8;
  }
  return size;
}

/** The row types are those that Kysely derived from the tables; only the count can be checked. */
function assertResultsOf<const Q extends readonly CompiledQuery<unknown>[]>(
  queries: Q,
  results: readonly QueryResult<unknown>[],
): asserts results is CommitResults<Q> {
  if (results.length === queries.length) return;
  throw new Error(`${queries.length} statements returned ${results.length} results`);
}
