const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Parses values of the custom scalars. Each function throws a TypeError for an invalid value. */
export const parseScalar = {
    DateTime(value) {
        const date = typeof value === 'string' ? new Date(value) : null;
        if (!date || Number.isNaN(date.getTime()))
            throw new TypeError('not an RFC 3339 date and time');
        return date;
    },
    JSON: (value) => value,
    UUID(value) {
        if (typeof value !== 'string' || !uuid.test(value))
            throw new TypeError('not a UUID');
        return value;
    },
};
/** A new `idempotencyKey` for one action of a user. Send the same one to repeat the action. */
export function newIdempotencyKey() {
    return crypto.randomUUID();
}
