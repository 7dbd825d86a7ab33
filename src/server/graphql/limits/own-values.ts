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

/** The counts of one execution, by its variables, which are a new object for each. */
const counts = new WeakMap<object, WeakMap<object, number>>();

/**
 * How many values an object of this field has without the objects inside it: itself and its leaf
 * fields. Those of the largest possible type when the type is abstract.
 */
export function ownValues(info: GraphQLResolveInfo): number {
  const { fieldNodes, variableValues } = info;
  const known = counts.get(variableValues) ?? new WeakMap<object, number>();
  counts.set(variableValues, known);
  // The executor passes the same list of nodes for every row.
  const key = nodeOf(fieldNodes) ?? fieldNodes;
  const count = known.get(key) ?? 1 + countLeaves(info);
  known.set(key, count);
  return count;
}

function nodeOf(nodes: readonly FieldNode[]): FieldNode | undefined {
  return nodes.length === 1 ? nodes[0] : undefined;
}

function countLeaves(info: GraphQLResolveInfo): number {
  const { schema, fragments, operation, variableValues, returnType, fieldNodes } = info;
  const collector = new FieldCollector(Object.values(fragments), Infinity);
  const { includes } = argumentReader(operation, variableValues);
  const leavesOf = (type: GraphQLCompositeType, sets: Selected): number => {
    if (isAbstractType(type)) {
      return Math.max(0, ...schema.getPossibleTypes(type).map((each) => leavesOf(each, sets)));
    }
    const applies = (condition: string): boolean => isOfType(schema, type, condition);
    let leaves = 0;
    for (const [node] of collector.collect(sets, { includes, applies }).values()) {
      const field = type.getFields()[node?.name.value ?? ''];
      if (!field || !isCompositeType(getNamedType(field.type))) leaves++;
    }
    return leaves;
  };
  const type = getNamedType(returnType);
  return isCompositeType(type) ? leavesOf(type, selectedUnder(fieldNodes)) : 0;
}
