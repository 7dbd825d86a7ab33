import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLResolveInfo,
  getNamedType,
  isAbstractType,
  isCompositeType,
} from 'graphql';
import { argumentReader } from './arguments.ts';
import { isOfType } from './cost-model.ts';
import { FieldCollector, type Selected, selectedUnder } from './fields.ts';
import { hasVariableConditions } from './sizing.ts';

/** What one object of a field has; that of the largest possible type when its type is abstract. */
export interface OwnSize {
  /** Values without the objects inside it: itself and its leaf fields. */
  readonly values: number;
  /** All of its fields. */
  readonly fields: number;
}

/** The sizes of documents in which no variable decides what is selected. */
const constant = new WeakMap<object, OwnSize>();
/** The sizes of one execution, by its variables, which are a new object for each. */
const sizes = new WeakMap<object, WeakMap<object, OwnSize>>();

export function ownSize(info: GraphQLResolveInfo): OwnSize {
  const { fieldNodes } = info;
  // The executor passes the same list of nodes for every row.
  const key = nodeOf(fieldNodes) ?? fieldNodes;
  const fixed = constant.get(key);
  if (fixed) return fixed;
  const known = isConstant(info) ? constant : sizesOf(info);
  const size = known.get(key) ?? measure(info);
  known.set(key, size);
  return size;
}

function isConstant({ operation, fragments }: GraphQLResolveInfo): boolean {
  if (hasVariableConditions(operation)) return false;
  for (const name in fragments) {
    const fragment = fragments[name];
    if (fragment && hasVariableConditions(fragment)) return false;
  }
  return true;
}

function sizesOf({ variableValues }: GraphQLResolveInfo): WeakMap<object, OwnSize> {
  const known = sizes.get(variableValues) ?? new WeakMap<object, OwnSize>();
  sizes.set(variableValues, known);
  return known;
}

function nodeOf(nodes: readonly FieldNode[]): FieldNode | undefined {
  return nodes.length === 1 ? nodes[0] : undefined;
}

function measure(info: GraphQLResolveInfo): OwnSize {
  const { schema, fragments, operation, variableValues, returnType, fieldNodes } = info;
  const collector = new FieldCollector(Object.values(fragments), Infinity);
  const { includes } = argumentReader(operation, variableValues);
  const sizeOf = (type: GraphQLCompositeType, sets: Selected): OwnSize => {
    if (isAbstractType(type)) {
      const all = schema.getPossibleTypes(type).map((each) => sizeOf(each, sets));
      return all.reduce((a, b) => (a.fields >= b.fields ? a : b), { values: 1, fields: 0 });
    }
    const applies = (condition: string): boolean => isOfType(schema, type, condition);
    const selected = collector.collect(sets, { includes, applies });
    let values = 1;
    for (const [node] of selected.values()) {
      const field = type.getFields()[node?.name.value ?? ''];
      if (!field || !isCompositeType(getNamedType(field.type))) values++;
    }
    return { values, fields: selected.size };
  };
  const type = getNamedType(returnType);
  return isCompositeType(type) ? sizeOf(type, selectedUnder(fieldNodes)) : { values: 1, fields: 0 };
}
