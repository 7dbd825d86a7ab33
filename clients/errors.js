import { errorCodes } from './generated/schema.js';
/** Whether a value is an error that the gateway wrote, and not one of a network or a client. */
export function isGatewayError(value) {
    const code = get(get(value, 'extensions'), 'code');
    return typeof get(value, 'message') === 'string' && isErrorCode(code);
}
/**
 * The gateway's errors in a response, or in what Apollo Client, urql, Relay and graphql-request throw
 * or return; empty when there are none, such as for a network failure.
 */
export function errorsOf(value) {
    const sources = [
        get(value, 'errors'),
        get(value, 'graphQLErrors'),
        get(get(value, 'response'), 'errors'),
        get(get(value, 'source'), 'errors'),
        get(get(value, 'error'), 'errors'),
        get(get(value, 'error'), 'graphQLErrors'),
        Array.isArray(value) ? value : [value],
    ];
    for (const source of sources) {
        const found = Array.isArray(source) ? source.flatMap(asGatewayError) : [];
        if (found.length > 0)
            return found;
    }
    return [];
}
/** What `unwrap` throws. */
export class MutationFailed extends Error {
    name = 'MutationFailed';
    code;
    /** The typed error, with all fields that the document selects; null when there is no result. */
    error;
    constructor(message, error) {
        super(message);
        this.error = error;
        this.code = error?.code ?? null;
    }
}
/**
 * The success of a mutation's result, such as `data.activateCustomer`. Select
 * `... on Error { code message }` in the document.
 * @throws MutationFailed when the result is a typed error or that of a dry run, or null because of an
 *   entry in `errors`
 */
export function unwrap(result) {
    if (result === null || result === undefined) {
        throw new MutationFailed('The mutation returned no result: see `errors`.', null);
    }
    if (isDryRun(result)) {
        throw new MutationFailed('This is the result of a dry run: nothing was sent.', null);
    }
    if (isSuccess(result))
        return result;
    const error = isMutationError(result) ? result : null;
    throw new MutationFailed(error?.message ?? 'The result is not an object.', error);
}
/** Whether the result of a mutation is that of a dry run that was not refused. */
export function isDryRun(result) {
    const lists = [get(result, 'changes'), get(result, 'warnings')];
    return typeof get(result, 'summary') === 'string' && lists.every(Array.isArray);
}
function isSuccess(result) {
    return typeof result === 'object' && !isMutationError(result);
}
/** Whether the result of a mutation is a typed error. */
export function isMutationError(result) {
    return isErrorCode(get(result, 'code')) && typeof get(result, 'message') === 'string';
}
function asGatewayError(value) {
    if (isGatewayError(value))
        return [value];
    // Some clients wrap the error of the response.
    const original = get(value, 'originalError');
    return isGatewayError(original) ? [original] : [];
}
function isErrorCode(value) {
    return errorCodes.some((code) => code === value);
}
function get(value, key) {
    if (typeof value !== 'object' || value === null)
        return undefined;
    return Reflect.get(value, key);
}
