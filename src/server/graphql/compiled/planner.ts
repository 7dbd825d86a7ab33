import {
  defaultFieldResolver,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLID,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { argumentReader, type Variables } from '../limits/arguments.ts';
import { isOfType } from '../limits/cost-model.ts';
import {
  FieldCollector,
  type Selected,
  type SelectionRule,
  selectedUnder,
} from '../limits/fields.ts';
import { meteredOf, readsInfo } from '../limits/metered-schema.ts';
import { type OwnSize, ownSize } from '../limits/own-size.ts';
import { argumentsReader } from './arguments.ts';
import { completionOf } from './completion.ts';
import type { FieldPlan, Nodes, SelectionPlan } from './model.ts';

export interface Planned {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Those that decide what is selected. */
  readonly variables: Variables;
}

/** Plans selections. Each is planned when the first object needs it, as most documents run often. */
export class Planner {
  readonly #schema: GraphQLSchema;
  readonly #collector: FieldCollector;
  readonly #includes: SelectionRule['includes'];
  #slots = 0;

  constructor({ schema, operation, fragments, variables }: Planned) {
    this.#schema = schema;
    this.#collector = new FieldCollector(Object.values(fragments), Infinity);
    this.#includes = argumentReader(operation, variables).includes;
  }

  selection(type: GraphQLObjectType, sets: Selected): SelectionPlan {
    const applies = (condition: string): boolean => isOfType(this.#schema, type, condition);
    const names: string[] = [];
    const fields: (FieldPlan | string)[] = [];
    const rule = { includes: this.#includes, applies };
    for (const [name, [first, ...others]] of this.#collector.collect(sets, rule)) {
      if (!first) continue;
      const fieldName = first.name.value;
      const field = type.getFields()[fieldName];
      if (!field && fieldName !== '__typename') continue;
      names.push(name);
      fields.push(field ? this.#field(name, [first, ...others], field, type) : type.name);
    }
    return { names, fields };
  }

  /** The selection under a field, by the type of the object. */
  #selectionsUnder(nodes: Nodes): (type: GraphQLObjectType) => SelectionPlan {
    const sets = selectedUnder(nodes);
    const known = new Map<GraphQLObjectType, SelectionPlan>();
    return (type) => {
      const plan = known.get(type) ?? this.selection(type, sets);
      known.set(type, plan);
      return plan;
    };
  }

  #field(
    name: string,
    nodes: Nodes,
    field: GraphQLField<unknown, unknown>,
    parent: GraphQLObjectType,
  ): FieldPlan {
    const resolve = field.resolve ?? defaultFieldResolver;
    const sharesInfo = !readsInfo(resolve) && !isTypeResolved(field);
    const type = getNullableType(field.type);
    const isPlain = sharesInfo && isLeafType(type);
    const slot = this.#slots++;
    const readArguments = argumentsReader(field, nodes[0]);
    const rest = {
      resolve,
      metered: meteredOf(resolve) ?? null,
      sizeOf: measuredOnce(),
      readArguments,
      slot,
      isNonNull: isNonNullType(field.type),
      sharesInfo,
      isPlain,
      isText: type === GraphQLString || type === GraphQLID,
    };
    const selectionOf = this.#selectionsUnder(nodes);
    const coordinate = `${parent.name}.${field.name}`;
    const schema = this.#schema;
    const complete = completionOf(field.type, { schema, selectionOf, nodes, coordinate });
    return { name, nodes, field, parent, ...rest, complete };
  }
}

/** The variables that decide what is selected are those of the plan, so the size does not change. */
function measuredOnce(): (info: GraphQLResolveInfo) => OwnSize {
  let size: OwnSize | undefined;
  return (info) => {
    size ??= ownSize(info);
    return size;
  };
}

/** Whether the type of a field's objects is resolved or checked, by functions that receive the info. */
function isTypeResolved({ type }: GraphQLField<unknown, unknown>): boolean {
  const named = getNamedType(type);
  return isAbstractType(named) || (isObjectType(named) && named.isTypeOf != null);
}
