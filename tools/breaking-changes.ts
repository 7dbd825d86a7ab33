import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, Kind, parse, visit } from 'graphql';

/** A change of the schema that can break a client. */
export interface BreakingChange {
  /** What changed, such as `Customer.billing`. The changelog names it in backticks. */
  readonly path: string;
  readonly message: string;
}

/**
 * The breaking changes between two printed schemas that the changelog does not name, by the rules of
 * GraphQL Inspector.
 * @param changelog Markdown; an entry of its first section that contains `Breaking` and, in
 *   backticks, the path of a change or the name of its type permits it
 */
export async function unnamedBreakingChanges(
  released: string,
  current: string,
  changelog: string,
): Promise<BreakingChange[]> {
  const changes = await diff(buildSchema(released), buildSchema(current));
  const named = namedIn(changelog);
  return changes.filter(isBreaking).flatMap(({ path = '', message }) => {
    const [type = ''] = path.split('.');
    return named.has(path) || named.has(type) ? [] : [{ path, message }];
  });
}

function isBreaking({ criticality }: Change): boolean {
  return criticality.level === CriticalityLevel.Breaking;
}

/** The names in backticks of the unreleased entries that say that they are breaking. */
function namedIn(changelog: string): Set<string> {
  const [, unreleased = ''] = /^## Unreleased\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(changelog) ?? [];
  const entries = unreleased.split('\n').filter((line) => /^- .*\bBreaking\b/.test(line));
  return new Set(
    entries.flatMap((entry) => [...entry.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
  );
}

/** The reasons of `@deprecated` in a printed schema that have no date such as 2026-11-26. */
export function undatedDeprecations(printed: string): string[] {
  const undated: string[] = [];
  visit(parse(printed), {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'deprecated') return;
      const reason = given.find((argument) => argument.name.value === 'reason')?.value;
      const text = reason?.kind === Kind.STRING ? reason.value : '';
      if (!/\b\d{4}-\d{2}-\d{2}\b/.test(text)) undated.push(text);
    },
  });
  return undated;
}
