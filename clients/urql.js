import { fields, interfaces } from './generated/fields.js';
import { possibleTypes, typesWithoutId } from './generated/schema.js';
/**
 * The options of graphcache's `cacheExchange(...)` that this schema needs: its schema, as far as
 * graphcache reads it, and the keys of objects.
 */
export const graphcacheOptions = {
    schema: {
        __schema: {
            queryType: { name: 'Query' },
            mutationType: { name: 'Mutation' },
            subscriptionType: { name: 'Subscription' },
            types: introspectedTypes(),
        },
    },
    keys: Object.fromEntries([
        // An object whose id was not selected, and one without an id, belongs to its parent.
        ...possibleTypes.Node.map((name) => [
            name,
            ({ id }) => (typeof id === 'string' ? id : null),
        ]),
        ...typesWithoutId.map((name) => [name, () => null]),
    ]),
};
function introspectedTypes() {
    const withFields = Object.entries(fields).map(([name, list]) => ({
        ...{ kind: interfaces.includes(name) ? 'INTERFACE' : 'OBJECT', name },
        fields: list.split(' ').map(fieldOf),
        interfaces: interfaces.filter((one) => membersOf(one).includes(name)).map(interfaceNamed),
        possibleTypes: membersOf(name).map(objectNamed),
    }));
    const unions = Object.keys(possibleTypes).filter((name) => !interfaces.includes(name));
    return [
        ...withFields,
        ...unions.map((name) => ({
            ...{ kind: 'UNION', name, fields: [], interfaces: [] },
            possibleTypes: membersOf(name).map(objectNamed),
        })),
    ];
}
function membersOf(name) {
    return Object.entries(possibleTypes).find(([abstract]) => abstract === name)?.[1] ?? [];
}
function interfaceNamed(name) {
    return { kind: 'INTERFACE', name };
}
function objectNamed(name) {
    return { kind: 'OBJECT', name };
}
function fieldOf(text) {
    const [, name = '', shape = ''] = /^(\w+)(.*)$/.exec(text) ?? [];
    return { name, type: typeOf(shape), args: [] };
}
/** Reads a shape such as `[!]!`. What the items are does not matter to graphcache. */
function typeOf(shape) {
    if (shape.endsWith('!'))
        return { kind: 'NON_NULL', ofType: typeOf(shape.slice(0, -1)) };
    if (shape === '')
        return { kind: 'SCALAR', name: 'Any' };
    return { kind: 'LIST', ofType: typeOf(shape.slice(1, -1)) };
}
