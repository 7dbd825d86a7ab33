import { watchOperationDocument } from './generated/documents.ts';

/** A request to subscribe. */
export interface SubscriptionRequest {
  /** The document, or its id when the gateway has it as a trusted document. */
  readonly query?: string;
  readonly documentId?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The client of graphql-ws or graphql-sse. */
export interface SubscriptionClient {
  subscribe(
    payload: { query: string; variables: Record<string, unknown> },
    sink: { next(value: never): void; error(error: unknown): void; complete(): void },
  ): () => void;
}

/** A state of an operation, as the product's document `WatchOperation` selects it. */
export interface OperationState {
  readonly id: string;
  readonly operationId: string;
  readonly kind: string;
  readonly status: string;
  readonly cursor: string;
  readonly createdAt: string;
  readonly modifiedAt: string | null;
  readonly result: { readonly code?: string; readonly message?: string } | null;
}

interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}

/** What `follow` and `watchOperation` throw when the gateway ends a subscription with errors. */
export class SubscriptionFailed extends Error {
  override readonly name = 'SubscriptionFailed';
  /** Entries of `errors`: see `errorsOf`. */
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('The subscription ended with an error: see `errors`.');
    this.errors = errors;
  }
}

/**
 * Follows an operation until it is final. After a reconnect by the client (see its option
 * `retryAttempts`), it continues after the last state that it received.
 * @param after the `cursor` of the last state that is known
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export function watchOperation<T extends { cursor: string } = OperationState>(
  client: SubscriptionClient,
  operation: string,
  { after, ...request }: Omit<SubscriptionRequest, 'variables'> & { after?: string | null } = {},
): AsyncIterableIterator<T, void, undefined> {
  const document =
    request.query || request.documentId ? request : { query: watchOperationDocument };
  const variables = { operation, after: after ?? null };
  return follow<T>(client, { ...document, variables });
}

/**
 * Follows a subscription whose document has the variable `$after` and selects `cursor`. After a
 * reconnect by the client, it continues after the last event that it received, so that none is
 * missing. It subscribes when it is first read. Stop it with `break` or `return()`, also while it waits
 * for an event.
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export function follow<T extends { cursor: string }>(
  client: SubscriptionClient,
  request: SubscriptionRequest,
): AsyncIterableIterator<T, void, undefined> {
  return new Following(client, request);
}

/** A generator would not return before the event that it waits for. */
class Following<T extends { cursor: string }> implements AsyncIterableIterator<T, void, undefined> {
  readonly #client: SubscriptionClient;
  readonly #request: SubscriptionRequest;
  readonly #events: T[] = [];
  #waiting: (() => void)[] = [];
  #end: { readonly error?: unknown } | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(client: SubscriptionClient, request: SubscriptionRequest) {
    this.#client = client;
    this.#request = request;
  }

  async next(): Promise<IteratorResult<T, void>> {
    if (!this.#end) this.#unsubscribe ??= this.#subscribe();
    for (;;) {
      const event = this.#events.shift();
      if (event) return { done: false, value: event };
      if (this.#end) break;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const end = this.#end;
    // The error is thrown once.
    this.#end = {};
    if ('error' in end) throw end.error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#events.length = 0;
    this.#finish({});
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #subscribe(): () => void {
    // The clients send this object again when they reconnect, so the cursor is kept in it.
    const variables: Record<string, unknown> = { ...this.#request.variables };
    return this.#client.subscribe(payloadOf(this.#request, variables), {
      next: ({ data, errors }: Result) => {
        if (errors) return this.#finish({ error: new SubscriptionFailed(errors) });
        for (const event of Object.values(data ?? {}).filter(isEvent<T>)) {
          variables['after'] = event.cursor;
          this.#events.push(event);
        }
        this.#wake();
      },
      error: (error) =>
        this.#finish({ error: Array.isArray(error) ? new SubscriptionFailed(error) : error }),
      complete: () => this.#finish({}),
    });
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#unsubscribe?.();
    this.#wake();
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}

function payloadOf(
  { query = '', documentId }: SubscriptionRequest,
  variables: Record<string, unknown>,
): { query: string; variables: Record<string, unknown> } {
  // The clients require a document; the gateway takes an empty one for none.
  return { query, variables, ...(documentId !== undefined && { documentId }) };
}

function isEvent<T extends { cursor: string }>(value: unknown): value is T {
  if (typeof value !== 'object' || value === null) return false;
  return 'cursor' in value && typeof value.cursor === 'string';
}
