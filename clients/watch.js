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
    const ends = [];
    let wake = () => undefined;
    // The clients send this object again when they reconnect, so the cursor is kept in it.
    const variables = { ...request.variables };
    const finish = (reason) => {
        ends.push(reason);
        wake();
    };
    const unsubscribe = client.subscribe(payloadOf(request, variables), {
        next({ data, errors }) {
            if (errors)
                return finish({ error: new SubscriptionFailed(errors) });
            for (const event of Object.values(data ?? {}).filter(isEvent)) {
                variables['after'] = event.cursor;
                queue.push(event);
            }
            wake();
        },
        error: (error) => finish({ error: Array.isArray(error) ? new SubscriptionFailed(error) : error }),
        complete: () => finish({}),
    });
    try {
        for (;;) {
            yield* queue.splice(0);
            if (queue.length > 0)
                continue;
            const [end] = ends;
            if (end && 'error' in end)
                throw end.error;
            if (end)
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
function payloadOf({ query = '', documentId }, variables) {
    // The clients require a document; the gateway takes an empty one for none.
    return { query, variables, ...(documentId !== undefined && { documentId }) };
}
function isEvent(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    return 'cursor' in value && typeof value.cursor === 'string';
}
