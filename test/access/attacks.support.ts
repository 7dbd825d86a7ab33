import { type GraphQLObjectType, getNamedType } from 'graphql';
import { schema } from '../../src/schema/schema.ts';
import { type Call, callsOf, selectionOf } from './documents.support.ts';
import { ghostOf, stylesOf } from './references.support.ts';
import type { Ids, startTenants, Tenant } from './tenants.support.ts';

export type World = Awaited<ReturnType<typeof startTenants>>;

export interface Sides {
  readonly victim: Tenant;
  readonly attacker: Tenant;
}

export const sides: [name: string, sidesOf: (world: World) => Sides][] = [
  ['a tenant', ({ main, second }) => ({ victim: main, attacker: second })],
  ['the owner of unlinked customers', ({ main, second }) => ({ victim: second, attacker: main })],
];

/** One request about another tenant's objects, and the same about objects that do not exist. */
export interface Attack {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly named: Ids;
  /** Null when objects that do not exist are answered differently by intention. */
  readonly missing: {
    readonly variables: Readonly<Record<string, unknown>>;
    readonly named: Ids;
  } | null;
}

/** @param type a root type */
export function attacksOn(
  type: GraphQLObjectType | null | undefined,
  { victim, attacker }: Sides,
): Attack[] {
  const own = attacker.ids;
  const ghosts = stylesOf(ghostOf(victim.ids), own.resellerId);
  const attacks = Object.values(type?.getFields() ?? {})
    .flatMap((field) => (type ? callsOf(type, field) : []))
    .filter(isAttack)
    .flatMap((call) =>
      stylesOf(victim.ids, own.resellerId).map((named, style): Attack => {
        const ghost = ghosts[style] ?? named;
        const comparable = call.isAttack && !call.isConflict;
        return {
          ...{ name: `${call.name} (${style})`, query: call.query, named },
          variables: call.variables({ own, named }),
          missing: comparable
            ? { named: ghost, variables: call.variables({ own, named: ghost }) }
            : null,
        };
      }),
    );
  // Most objects can be named in one way only.
  return [
    ...new Map(
      attacks.toReversed().map((one) => [JSON.stringify([one.query, one.variables]), one]),
    ).values(),
  ].toReversed();
}

/** Without a reference, a mutation changes the attacker's own objects. */
function isAttack({ isAttack: names, query }: Call): boolean {
  return names || !query.startsWith('mutation');
}

/** Nodes that every viewer sees. */
const shared = ['CatalogProduct', 'CatalogSku'];

/** For every field of every node that belongs to a tenant, a document that returns it. */
export function nodeFields(): { name: string; type: string; query: string }[] {
  const node = schema.getType('Node');
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType =>
      'getInterfaces' in type &&
      type.getInterfaces().some((one) => one === node) &&
      !shared.includes(type.name),
  );
  return types.flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({
      name: `${type.name}.${field.name}`,
      type: type.name,
      query: `query ($id: ID!) { node(id: $id) { ... on ${type.name} {
        ${field.name} ${selectionOf(getNamedType(field.type), [type.name])} } } }`,
    })),
  );
}

/** The answer in a form in which it is equal to that about another object. */
export function neutral(answer: unknown, ids: Ids): string {
  const names = Object.values(ids).sort((a, b) => b.length - a.length);
  // Reads of the attacker itself refresh the rows of the portfolio.
  const text = JSON.stringify(answer)
    .replaceAll(/"(requestId|observedAt)":"[^"]*"/g, '"$1":"same"')
    .replaceAll(/"lagSeconds":\d+/g, '"lagSeconds":0');
  return names.reduce((all, name) => all.replaceAll(name, '*'), text);
}

/** What an answer tells the attacker about the victim, beyond what the request names. */
export function leaked(answer: unknown, { variables }: Pick<Attack, 'variables'>, victim: Tenant) {
  const [text, given] = [JSON.stringify(answer), JSON.stringify(variables)];
  return victim.secrets.filter((secret) => text.includes(secret) && !given.includes(secret));
}

/** Calls that changed something at a vendor, by method. */
export function writesOf({ sandbox }: World): (readonly [string, number])[] {
  return Object.entries(sandbox.calls.counts()).filter(
    ([method]) => !/\.(List|Get|get|list|getwatchdetails)$|^batch$/.test(method),
  );
}
