import { Client, type ClientConfig, type Notification } from 'pg';
import type { ChangeListener, StoreLog } from './database.ts';

/** All in milliseconds. */
const HEARTBEAT_INTERVAL = 3_000;
const FIRST_RETRY = 100;
const LAST_RETRY = 5_000;

export interface PostgresListenerOptions {
  readonly config: ClientConfig;
  readonly channel: string;
  /** Payloads that begin with it are this store's own. */
  readonly sender: string;
  readonly log: StoreLog;
  readonly onChange: ChangeListener;
}

/**
 * One connection that only listens. When it breaks it is made anew, with growing pauses; what was
 * announced meanwhile is lost, so the listener is then told that anything may have changed.
 */
export class PostgresListener {
  readonly #options: PostgresListenerOptions;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: PostgresListenerOptions) {
    this.#options = options;
  }

  /** @throws when the first connection cannot be made */
  async start(): Promise<void> {
    await this.#connect();
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
    client.on('notification', (notification) => this.#hear(notification));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.#options.channel)}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#isClosed) return void client.end().catch(() => {});
    // From here on; a connection that was never made is the caller's to try again.
    client.once('end', () => this.#reconnect(0, lost));
    this.#beat(client);
  }

  /** A connection that nobody writes to is not missed when it dies: the socket's timeout needs this. */
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
    if (attempt === 0) this.#options.log.warn({ err }, 'no longer listening to PostgreSQL');
    const delay = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** attempt) * (0.8 + Math.random() * 0.2);
    this.#timer = setTimeout(() => {
      this.#connect().then(
        () => {
          this.#options.log.info({}, 'listening to PostgreSQL again');
          this.#options.onChange(null);
        },
        (error: unknown) => this.#reconnect(attempt + 1, error),
      );
    }, delay);
  }

  #hear({ payload = '' }: Notification): void {
    const { sender, onChange } = this.#options;
    const space = payload.indexOf(' ');
    if (payload.slice(0, space) === sender) return;
    onChange(payload.slice(space + 1) || null);
  }
}
