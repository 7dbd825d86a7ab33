import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import { MAX_FIRST } from '../../../schema/relay/pagination.ts';
import { type ArgumentReader, argumentReader, type Variables } from './arguments.ts';
import { FieldCollector, type Selected, selectedUnder } from './fields.ts';
import { introspectionRows } from './introspection-rows.ts';

/** Rows of a nested connection without `first`. */
const NESTED_ROWS = 10;
/** Rows of a list that is not a connection, such as the details of a failure. */
const PLAIN_ROWS = 3;

/** The most rows that connections count as: those that no list encloses, and all others. */
export interface RowCap {
  readonly outer: number;
  readonly inner: number;
}

const NO_CAP: RowCap = { outer: Infinity, inner: Infinity };

export interface Cost {
  /** Objects and leaf fields that the answer can hold. */
  readonly values: number;
  /** The same of `__schema` and `__type`. */
  readonly introspection: number;
}

/** The operation of a request, which is valid. */
export interface Measured {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
}

/**
 * Computes how many values an operation can return, with its fragments and variables.
 * @throws GraphQLError when the document is too complex to be measured
 */
export function measureCost(measured: Measured, cap: RowCap = NO_CAP): Cost {
  const { schema, operation } = measured;
  const measure = new Measure(measured, cap);
  const root = schema.getRootType(operation.operation);
  const values = root ? measure.object(root, [operation.selectionSet], ROOT) : 0;
  return { values, introspection: measure.introspection };
}

/** Where an object is in the answer. */
interface Place {
  /** Rows of the object's lists, when it is a connection. */
  readonly rows: number | null;
  /** Whether no list encloses it. */
  readonly isOuter: boolean;
}

const ROOT: Place = { rows: null, isOuter: true };
const INSIDE_LIST: Place = { rows: null, isOuter: false };

class Measure {
  introspection = 0;
  readonly #schema: GraphQLSchema;
  readonly #roots: readonly unknown[];
  readonly #collector: FieldCollector;
  readonly #read: ArgumentReader;
  readonly #cap: RowCap;
  /** Values inside an object, by its type, place and selection sets. */
  readonly #known = new Map<string, number>();

  constructor({ schema, document, operation, variables }: Measured, cap: RowCap) {
    this.#schema = schema;
    this.#roots = [
      ...[schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()],
      // Only the query has it, once.
      schema.getType('Portfolio'),
    ];
    this.#collector = new FieldCollector(document.definitions);
    this.#read = argumentReader(operation, variables);
    this.#cap = cap;
  }

  /** Values inside an object of this type; of the largest possible one when it is abstract. */
  object(type: GraphQLCompositeType, sets: Selected, place: Place): number {
    if (isAbstractType(type)) {
      const types = this.#schema.getPossibleTypes(type);
      return Math.max(0, ...types.map((possible) => this.object(possible, sets, place)));
    }
    const key = `${type.name} ${place.rows} ${place.isOuter} ${this.#collector.keyOf(sets)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { includes } = this.#read;
    const applies = (condition: string): boolean => isOfType(this.#schema, type, condition);
    let values = 0;
    for (const nodes of this.#collector.collect(sets, { includes, applies }).values()) {
      values += this.#field(type, nodes, place);
    }
    this.#known.set(key, values);
    return values;
  }

  #field(parent: GraphQLObjectType, nodes: readonly FieldNode[], place: Place): number {
    const name = nodes[0]?.name.value ?? '';
    const meta = metaFields.find((field) => field.name === name);
    if (meta) {
      this.introspection += this.#value(meta.type, nodes, ROOT);
      return 0;
    }
    const field = parent.getFields()[name];
    if (!field || !isCompositeType(getNamedType(field.type))) return 1;
    if (isListType(getNullableType(field.type))) {
      const rows = place.rows ?? this.#plainRows(parent, field, nodes);
      return rows * this.#value(field.type, nodes, INSIDE_LIST);
    }
    const rows = takesFirst(field) ? this.#first(parent, field, nodes, place) : null;
    return this.#value(field.type, nodes, { rows, isOuter: place.isOuter });
  }

  /** One value and what it contains. */
  #value(type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place): number {
    const named = getNamedType(type);
    if (!isCompositeType(named)) return 1;
    return 1 + this.object(named, selectedUnder(nodes), place);
  }

  #first(
    parent: GraphQLObjectType,
    field: AnyField,
    [node]: readonly FieldNode[],
    { isOuter }: Place,
  ): number {
    const given = node && this.#read.integer(node, 'first');
    const usual = this.#roots.includes(parent) ? defaultFirst(field) : NESTED_ROWS;
    const cap = isOuter ? this.#cap.outer : this.#cap.inner;
    // The field itself rejects a larger page.
    return Math.max(0, Math.min(given ?? usual, cap, MAX_FIRST));
  }

  #plainRows(parent: GraphQLObjectType, field: AnyField, [node]: readonly FieldNode[]): number {
    if (parent.name.startsWith('__')) return introspectionRows(this.#schema, field.name);
    return (node && this.#read.listLength(node, 'ids')) ?? PLAIN_ROWS;
  }
}

type AnyField = GraphQLField<unknown, unknown>;

const metaFields = [SchemaMetaFieldDef, TypeMetaFieldDef];

/** Whether a fragment on `condition` applies to an object of this type. */
export function isOfType(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  condition: string,
): boolean {
  if (condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
}

function takesFirst({ args }: AnyField): boolean {
  return args.some((argument) => argument.name === 'first');
}

function defaultFirst({ args }: AnyField): number {
  const value = args.find((argument) => argument.name === 'first')?.defaultValue;
  return typeof value === 'number' ? value : NESTED_ROWS;
}
