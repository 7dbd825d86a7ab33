import { Worker } from 'node:worker_threads';
import { CommitUnknownError } from './failure.ts';
import type {
  FileIdentity,
  SqliteAction,
  SqliteConnection,
  SqliteOptions,
  SqliteResult,
  SqliteStatement,
} from './sqlite-connection.ts';
import { type NumberedStatement, StatementTexts } from './statement-texts.ts';

export interface SqliteRequest {
  readonly id: number;
  readonly action: SqliteAction | 'close';
  readonly statements: readonly NumberedStatement[];
}

/** An error, in a form that survives the boundary between threads. */
export interface SqliteFailure {
  readonly name: string;
  readonly message: string;
  /** Such as `code` and `errcode`. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export type SqliteReply =
  | 'ready'
  | { readonly id: number; readonly results: SqliteResult[] }
  | { readonly id: number; readonly failure: SqliteFailure };

export interface SqliteThreadOptions extends Omit<SqliteOptions, 'identity'> {
  /** Called whenever a worker starts (see SqliteOptions). */
  identity(): FileIdentity | null;
}

/**
 * A thread allocates only what it sends on. With the limit of V8, 2 x 64 MB on a machine with much
 * memory, it would take several times as much, for the same CPU time.
 */
const MAX_YOUNG_MB = 2;

interface Pending {
  readonly action: SqliteAction | 'close';
  resolve(results: SqliteResult[]): void;
  reject(error: unknown): void;
}

/**
 * A connection in a worker thread: locks, syncs and slow queries do not block this thread. The first
 * call after the worker died starts a new one. The worker keeps the process alive only while a call
 * is pending.
 */
export class SqliteThread implements SqliteConnection {
  readonly #options: SqliteThreadOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null;
  #texts = new StatementTexts();
  #isReady = false;
  #isClosed = false;
  #lastId = 0;

  constructor(options: SqliteThreadOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  async run(
    action: SqliteAction,
    statements: readonly SqliteStatement[] = [],
  ): Promise<readonly SqliteResult[]> {
    if (this.#isClosed) throw new Error('the SQLite connection is closed');
    this.#worker ??= this.#start();
    return this.#call(this.#worker, action, statements);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (!worker) return;
    // When the worker has died, its connection is closed already.
    await this.#call(worker, 'close', []).catch(() => {});
    await worker.terminate();
  }

  #call(
    worker: Worker,
    action: SqliteAction | 'close',
    statements: readonly SqliteStatement[],
  ): Promise<SqliteResult[]> {
    const { promise, resolve, reject } = Promise.withResolvers<SqliteResult[]>();
    const numbered = statements.map((statement) => this.#texts.number(statement));
    const request: SqliteRequest = { id: ++this.#lastId, action, statements: numbered };
    worker.postMessage(request);
    this.#pending.set(request.id, { action, resolve, reject });
    worker.ref();
    return promise;
  }

  #start(): Worker {
    const { file, isReader, identity } = this.#options;
    this.#texts = new StatementTexts();
    const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
      workerData: { file, isReader, identity: identity() } satisfies SqliteOptions,
      resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_MB },
    });
    worker.unref();
    let cause: unknown = null;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => this.#abandon(cause));
    worker.on('message', (reply: SqliteReply) => this.#receive(worker, reply));
    return worker;
  }

  #receive(worker: Worker, reply: SqliteReply): void {
    if (reply === 'ready') {
      this.#isReady = true;
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) worker.unref();
    if ('results' in reply) pending?.resolve(reply.results);
    else pending?.reject(toError(reply.failure));
  }

  /** A worker that died before it was ready has executed nothing. */
  #abandon(cause: unknown): void {
    const lost = new Error('the SQLite worker thread died', { cause });
    for (const { action, reject } of this.#pending.values()) {
      const mayHaveCommitted = this.#isReady && (action === 'transact' || action === 'commit');
      reject(mayHaveCommitted ? new CommitUnknownError(lost) : lost);
    }
    this.#pending.clear();
    this.#worker = null;
    this.#isReady = false;
  }
}

function toError({ name, message, properties }: SqliteFailure): Error {
  const errors: Partial<Record<string, ErrorConstructor>> = { TypeError, RangeError };
  return Object.assign(new (errors[name] ?? Error)(message), properties);
}
