import { Client, type ClientConfig, type Notification, type QueryConfig } from 'pg';
import type { ChangeListener, StoreLog } from './database.ts';
import { notifyAll } from './postgres-statements.ts';
import { StoreError } from './store-error.ts';

/** All in milliseconds. */
const HEARTBEAT_INTERVAL = 3_000;
const FIRST_RETRY = 100;
const LAST_RETRY = 5_000;
const CHECK_TIMEOUT = 5_000;

/** The change that `check` announces. */
const CHECK = 'check';

export interface PostgresListenerOptions {
  readonly config: ClientConfig;
  readonly channel: string;
  /** This store's prefix; payloads that start with it are ignored. */
  readonly sender: string;
  readonly log: StoreLog;
  readonly onChange: ChangeListener;
}

/**
 * A connection that only listens. It reconnects with backoff. Notifications sent while it is
 * disconnected are lost, so after a reconnect it reports null: anything may have changed.
 */
export class PostgresListener {
  readonly #options: PostgresListenerOptions;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #onCheck: (() => void) | null = null;

  constructor(options: PostgresListenerOptions) {
    this.#options = options;
  }

  /** @throws when the first connection fails */
  async start(): Promise<void> {
    await this.#connect();
  }

  /**
   * Checks that notifications arrive. Through a pooler that lends connections for one transaction
   * only, LISTEN succeeds and nothing is ever received.
   * @param send executes the notification on another connection
   * @throws StoreError when it does not arrive
   */
  async check(send: (notification: QueryConfig) => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onCheck = () => resolve(true);
    const timer = setTimeout(resolve, CHECK_TIMEOUT, false);
    try {
      await send(notifyAll(this.#options.sender, [CHECK]));
      if (await promise) return;
    } finally {
      clearTimeout(timer);
      this.#onCheck = null;
    }
    throw new StoreError(
      'The database does not deliver notifications (LISTEN). If DATABASE_URL names a pooler such as PgBouncer, let it pool sessions, not transactions, or connect to PostgreSQL directly.',
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#options.config);
    this.#client = client;
    let lost: unknown = null;
    client.on('error', (error) => {
      lost ??= error;
    });
    client.on('notification', (notification) => this.#receive(notification));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.#options.channel)}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#isClosed) return void client.end().catch(() => {});
    // Only from here on: the caller retries a connection that was never established.
    client.once('end', () => this.#reconnect(0, lost));
    this.#beat(client);
  }

  /** Without traffic, the socket's timeout would not detect a dead connection. */
  #beat(client: Client): void {
    this.#timer = setTimeout(() => {
      client.query('select 1').then(
        () => this.#isCurrent(client) && this.#beat(client),
        () => client.end().catch(() => {}),
      );
    }, HEARTBEAT_INTERVAL);
  }

  #isCurrent(client: Client): boolean {
    return !this.#isClosed && this.#client === client;
  }

  #reconnect(attempt: number, err: unknown): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    if (attempt === 0)
      this.#options.log.warn({ err }, 'lost the PostgreSQL LISTEN connection, reconnecting');
    const delay = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempt) * (0.8 + Math.random() * 0.2);
    this.#timer = setTimeout(() => {
      this.#connect().then(
        () => {
          this.#options.log.info({}, 'PostgreSQL LISTEN connection restored');
          this.#options.onChange(null);
        },
        (error: unknown) => this.#reconnect(attempt + 1, error),
      );
    }, delay);
  }

  #receive({ payload = '' }: Notification): void {
    const { sender, onChange } = this.#options;
    const space = payload.indexOf(' ');
    const change = payload.slice(space + 1);
    const isOwn = payload.slice(0, space) === sender;
    if (change !== CHECK && !isOwn) onChange(change || null);
    if (change === CHECK && isOwn) this.#onCheck?.();
  }
}
