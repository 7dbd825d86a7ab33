import {
  type DefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Selection sets whose fields are merged: those of all nodes with one response name. */
export type Selected = readonly SelectionSetNode[];

/** Which parts of a selection count. */
export interface SelectionRule {
  /** Whether `@skip` and `@include` keep the selection. */
  includes(selection: SelectionNode): boolean;
  /** Whether a fragment on this type applies. */
  applies(type: string): boolean;
}

const everything: SelectionRule = { includes: () => true, applies: () => true };

/** Selections that may be visited for one document; each takes well below a microsecond. */
const MAX_VISITS = 50_000;

/**
 * Collects fields as the executor does, without types. It has a budget of visits, because fragments
 * that name each other can describe exponentially many selections.
 */
export class FieldCollector {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #ids = new Map<SelectionSetNode, number>();
  #visitsLeft: number;

  constructor(definitions: readonly DefinitionNode[], maxVisits = MAX_VISITS) {
    this.#visitsLeft = maxVisits;
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.#fragments.set(definition.name.value, definition);
    }
  }

  /** Equal for the same selection sets, in any order. */
  keyOf(sets: Selected): string {
    const ids = sets.map((set) => {
      const id = this.#ids.get(set) ?? this.#ids.size;
      this.#ids.set(set, id);
      return id;
    });
    return ids.sort((a, b) => a - b).join(',');
  }

  /**
   * The fields by response name.
   * @throws GraphQLError when the budget is exhausted
   */
  collect(sets: Selected, rule: SelectionRule = everything): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    const visit = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (--this.#visitsLeft < 0) throw tooComplex();
        if (!rule.includes(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const name = selection.alias?.value ?? selection.name.value;
          const same = fields.get(name);
          if (same) same.push(selection);
          else fields.set(name, [selection]);
          continue;
        }
        const fragment = this.#fragmentOf(selection, spread);
        const type = fragment?.typeCondition?.name.value;
        if (fragment && (type === undefined || rule.applies(type))) visit(fragment.selectionSet);
      }
    };
    for (const set of sets) visit(set);
    return fields;
  }

  /** Undefined when the fragment is unknown, or already part of the selection. */
  #fragmentOf(selection: Exclude<SelectionNode, FieldNode>, spread: Set<string>) {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const name = selection.name.value;
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.#fragments.get(name);
  }
}

/** The selection sets under fields of one response name; empty for a leaf. */
export function selectedUnder(nodes: readonly FieldNode[]): Selected {
  return [...new Set(nodes.flatMap(({ selectionSet }) => selectionSet ?? []))];
}

function tooComplex(): GraphQLError {
  return new GraphQLError('The document is too complex: use fewer fragments and fields.');
}
