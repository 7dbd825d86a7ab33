import { watchOperationDocument } from './generated/documents.js';
/** Ends with the result that has errors. */
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
export async function* watchOperation(client, operation, { after, ...request } = {}) {
    const document = request.query || request.documentId ? request : { query: watchOperationDocument };
    const variables = { operation, after: after ?? null };
    yield* follow(client, { ...document, variables });
}
/**
 * Follows a subscription whose document has the variable `$after` and selects `cursor`. After a
 * reconnect by the client, it continues after the last event that it received, so that none is
 * missing. Stop it with `break` or `return()`.
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export async function* follow(client, request) {
    const queue = [];
    let ended = null;
    let wake = () => undefined;
    // The clients send this object again when they reconnect, so the cursor is kept in it.
    const variables = { ...request.variables };
    const end = (reason) => {
        ended ??= reason;
        wake();
    };
    const unsubscribe = client.subscribe(payloadOf(request, variables), {
        next({ data, errors }) {
            if (errors)
                return end({ error: new SubscriptionFailed(errors) });
            for (const event of Object.values(data ?? {}).filter(isEvent)) {
                variables['after'] = event.cursor;
                queue.push(event);
            }
            wake();
        },
        error: (error) => end({ error: Array.isArray(error) ? new SubscriptionFailed(error) : error }),
        complete: () => end({}),
    });
    try {
        for (;;) {
            yield* queue.splice(0);
            if (queue.length > 0)
                continue;
            const reason = endOf(() => ended);
            if (reason && 'error' in reason)
                throw reason.error;
            if (reason)
                return;
            await new Promise((resolve) => {
                wake = resolve;
            });
        }
    }
    finally {
        unsubscribe();
    }
}
/** Reads a variable that callbacks assign. */
function endOf(read) {
    return read();
}
function payloadOf({ query = '', documentId }, variables) {
    const payload = { query, variables };
    // The types of the clients require a document; the gateway accepts its id in place of it.
    if (documentId !== undefined) {
        Reflect.deleteProperty(payload, 'query');
        Object.assign(payload, { documentId });
    }
    return payload;
}
function isEvent(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    return 'cursor' in value && typeof value.cursor === 'string';
}
