import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { schema } from '../../src/schema/schema.ts';
import { conflicts, isGiven, referenceAt, valueAt } from './references.support.ts';
import type { Ids } from './tenants.support.ts';

/** Which objects an argument names: those of the caller, or those that are attacked. */
export interface Targets {
  readonly own: Ids;
  readonly named: Ids;
}

/** One way to call a field. */
export interface Call {
  readonly name: string;
  readonly query: string;
  variables(targets: Targets): Record<string, unknown>;
  /** Whether an argument names an object of another tenant. */
  readonly isAttack: boolean;
  /** Whether an object that does not exist is answered differently by intention. */
  readonly isConflict: boolean;
}

type Slot = GraphQLArgument | GraphQLInputField;
/** Every way to fill a slot with the objects of one tenant. */
type Fill = (ids: Ids) => readonly unknown[];

/** Every call of a root field: each optional reference alone, and each reference of a mixed call. */
export function callsOf(root: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Call[] {
  const coordinate = `${root.name}.${field.name}`;
  const [input] = field.args;
  const isMutation = root === schema.getMutationType();
  const inputType = input && getNamedType(input.type);
  const slots =
    isMutation && isInputObjectType(inputType) ? Object.values(inputType.getFields()) : field.args;
  const parent = isMutation && inputType ? inputType.name : coordinate;
  const keyword = isMutation
    ? 'mutation'
    : root === schema.getQueryType()
      ? 'query'
      : 'subscription';
  // Documents of a moderate size: fields of nodes have a test of their own.
  const start = isMutation || isAbstractType(getNamedType(field.type)) ? [''] : [];
  const heads = field.args.map((arg) => `$${arg.name}: ${arg.type}`);
  const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`);
  const args = passed.length > 0 ? `(${passed.join(', ')})` : '';
  const query = `${keyword} Run${heads.length > 0 ? `(${heads.join(', ')})` : ''} {
    ${field.name}${args} ${selectionOf(getNamedType(field.type), start)} }`;
  const calls = combinations(parent, slots).map(({ label, fill, isAttack, isConflict }) => ({
    ...{ name: `${coordinate} ${label}`, query, isAttack, isConflict },
    variables: (targets: Targets) => (isMutation ? { input: fill(targets) } : fill(targets)),
  }));
  return isMutation ? calls.flatMap((call) => [call, asDryRun(call)]) : calls;
}

/** A dry run has the same access rules as the mutation. */
function asDryRun(call: Call): Call {
  return {
    ...{ ...call, name: `${call.name} as a dry run` },
    variables: (targets) => ({
      input: { ...Object(call.variables(targets)['input']), dryRun: true },
    }),
  };
}

interface Combination {
  readonly label: string;
  readonly isAttack: boolean;
  readonly isConflict: boolean;
  fill(targets: Targets): Record<string, unknown>;
}

function combinations(parent: string, slots: readonly Slot[]): Combination[] {
  const fills = slots.map((slot) => ({ slot, fill: fillOf(parent, slot) }));
  const references = fills.flatMap(({ slot, fill }) => (fill ? [{ slot, fill }] : []));
  const required = references.filter(({ slot }) => isRequired(slot));
  const optional = references.filter(({ slot }) => !isRequired(slot));
  const sets = [required, ...optional.map((one) => [...required, one])];
  const plain = fills.flatMap(({ slot, fill }) =>
    fill ? [] : [[slot.name, valueAt(`${parent}.${slot.name}`)] as const],
  );
  return sets.flatMap((set) => {
    // All of another tenant; and, of several, only one of another tenant.
    const attacked = set.length > 1 ? [set, ...set.map((one) => [one])] : [set];
    return attacked.flatMap((named) => {
      const ways = Math.max(1, ...named.map(({ fill }) => fill(anyIds).length));
      return Array.from({ length: ways }, (_, way) => ({
        label: `${named.map(({ slot }) => slot.name).join('+')} ${way}`,
        isAttack: named.length > 0,
        isConflict: named.some(({ slot }) => conflicts.has(`${parent}.${slot.name}`)),
        fill: (targets: Targets) => ({
          ...Object.fromEntries(plain),
          ...Object.fromEntries(
            set.map((one) => {
              const filled = one.fill(named.includes(one) ? targets.named : targets.own);
              return [one.slot.name, filled[way] ?? filled[0]];
            }),
          ),
        }),
      }));
    });
  });
}

/** Null when nothing that is filled in names an object. */
function fillOf(parent: string, slot: Slot): Fill | null {
  const reference = referenceAt(`${parent}.${slot.name}`);
  if (reference) return reference;
  const type = getNamedType(slot.type);
  if (isGiven(`${parent}.${slot.name}`)) return null;
  return isInputObjectType(type) ? fillOfObject(type) : null;
}

function fillOfObject(type: GraphQLInputObjectType): Fill | null {
  const fields = Object.values(type.getFields());
  const fills = fields.flatMap((field) => {
    const fill = fillOf(type.name, field);
    // Checks that every other field is known, too.
    if (!fill && !type.isOneOf) valueAt(`${type.name}.${field.name}`);
    return fill ? [{ name: field.name, fill }] : [];
  });
  if (fills.length === 0) return null;
  // A filter selects by one of its fields at a time; the others are identifying keys.
  if (type.isOneOf || type.name.endsWith('Filter')) {
    return (ids) =>
      fills.flatMap(({ name, fill }) => fill(ids).map((value) => ({ [name]: value })));
  }
  return (ids) => {
    const ways = Math.max(...fills.map(({ fill }) => fill(ids).length));
    return Array.from({ length: ways }, (_, way) =>
      Object.fromEntries(
        fills.map(({ name, fill }) => [name, fill(ids)[way] ?? fill(ids)[0]] as const),
      ),
    );
  };
}

function isRequired(slot: Slot): boolean {
  return isRequiredInputField(slot);
}

/** Only the number of ways matters. */
const anyIds = new Proxy({} as Ids, { get: () => '' });

const MAX_DEPTH = 3;

/** All fields of a type, down to a depth, without going round in circles. */
export function selectionOf(type: GraphQLNamedType, path: readonly string[] = []): string {
  if (isLeafType(type)) return '';
  if (isAbstractType(type)) {
    const members = schema.getPossibleTypes(type).map((member) => {
      const fields = fieldsOf(member, path, `${member.name}_`);
      return fields ? `... on ${member.name} { ${fields} }` : '';
    });
    return `{ __typename ${members.join(' ')} }`;
  }
  return isObjectType(type) ? `{ __typename ${fieldsOf(type, path)} }` : '';
}

/** @param prefix of the aliases: members of a union may have fields of one name and different types */
function fieldsOf(type: GraphQLObjectType, path: readonly string[], prefix = ''): string {
  const isWrapper = /(Connection|Success)$/.test(type.name);
  const below = isWrapper ? path : [...path, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type);
    const isOmitted =
      !isLeafType(named) &&
      (below.includes(named.name) || below.length >= MAX_DEPTH || field.name === 'edges');
    if (isOmitted || field.args.some(isRequiredArgument)) return [];
    const alias = prefix ? `${prefix}${field.name}: ` : '';
    return [`${alias}${field.name} ${selectionOf(named, below)}`];
  });
  return fields.join(' ');
}
