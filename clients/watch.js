import { watchOperationDocument } from './generated/documents.js';
/** What `follow` and `watchOperation` throw when the gateway ends a subscription with errors. */
export class SubscriptionFailed extends Error {
    name = 'SubscriptionFailed';
    /** Entries of `errors`: see `errorsOf`. */
    errors;
    constructor(errors) {
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
export function watchOperation(client, operation, { after, ...request } = {}) {
    const document = request.query || request.documentId ? request : { query: watchOperationDocument };
    const variables = { operation, after: after ?? null };
    return follow(client, { ...document, variables });
}
/**
 * Follows a subscription whose document has the variable `$after` and selects `cursor`. After a
 * reconnect by the client, it continues after the last event that it received, so that none is
 * missing. It subscribes when it is first read. Stop it with `break` or `return()`, also while it waits
 * for an event.
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export function follow(client, request) {
    return new Following(client, request);
}
/** A generator would not return before the event that it waits for. */
class Following {
    #client;
    #request;
    #events = [];
    #waiting = [];
    #end = null;
    #unsubscribe = null;
    constructor(client, request) {
        this.#client = client;
        this.#request = request;
    }
    async next() {
        if (!this.#end)
            this.#unsubscribe ??= this.#subscribe();
        for (;;) {
            const event = this.#events.shift();
            if (event)
                return { done: false, value: event };
            if (this.#end)
                break;
            await new Promise((resolve) => this.#waiting.push(resolve));
        }
        const end = this.#end;
        // The error is thrown once.
        this.#end = {};
        if ('error' in end)
            throw end.error;
        return { done: true, value: undefined };
    }
    async return() {
        this.#events.length = 0;
        this.#finish({});
        return { done: true, value: undefined };
    }
    [Symbol.asyncIterator]() {
        return this;
    }
    #subscribe() {
        // The clients send this object again when they reconnect, so the cursor is kept in it.
        const variables = { ...this.#request.variables };
        return this.#client.subscribe(payloadOf(this.#request, variables), {
            next: ({ data, errors }) => {
                if (errors)
                    return this.#finish({ error: new SubscriptionFailed(errors) });
                for (const event of Object.values(data ?? {}).filter(isEvent)) {
                    variables['after'] = event.cursor;
                    this.#events.push(event);
                }
                this.#wake();
            },
            error: (error) => this.#finish({ error: Array.isArray(error) ? new SubscriptionFailed(error) : error }),
            complete: () => this.#finish({}),
        });
    }
    #finish(end) {
        this.#end ??= end;
        this.#unsubscribe?.();
        this.#wake();
    }
    #wake() {
        for (const resume of this.#waiting.splice(0))
            resume();
    }
}
function payloadOf({ query = '', documentId }, variables) {
    // The clients require a document; the gateway takes an empty one for none.
    return { query, variables, ...(documentId !== undefined && { documentId }) };
}
function isEvent(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    return 'cursor' in value && typeof value.cursor === 'string';
}
