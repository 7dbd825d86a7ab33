import type { GraphQLResolveInfo } from 'graphql';
import { resolveLeaf, resolveObject } from '../limits/metered-schema.ts';
import {
  type FieldPlan,
  isPromise,
  type Path,
  pathOf,
  type Results,
  type Run,
  type SelectionPlan,
} from './model.ts';

/** Resolves the fields of an object. The values are promises until they are known. */
export function runSelection(
  run: Run,
  { names, fields }: SelectionPlan,
  source: unknown,
  path: Path | undefined,
): Results | Promise<Results> {
  const results: Results = {};
  let waiting: string[] | undefined;
  try {
    for (let n = 0; n < names.length; n++) {
      const name = names[n] ?? '';
      const field = fields[n];
      const value = typeof field === 'object' ? runField(run, field, source, path) : field;
      results[name] = value;
      if (!(value instanceof Promise)) continue;
      waiting ??= [];
      waiting.push(name);
    }
  } catch (problem) {
    if (!waiting) throw problem;
    // The other fields may fail too.
    return allOf(results, waiting).finally(() => {
      throw problem;
    });
  }
  return waiting ? allOf(results, waiting) : results;
}

/** The value of a field, or a promise of it. */
function runField(run: Run, plan: FieldPlan, source: unknown, parent: Path | undefined): unknown {
  return plan.isPlain
    ? runPlainField(run, plan, source, parent)
    : runOtherField(run, plan, source, parent);
}

/** A path is an object for each value, so that of a plain field is created only when it fails. */
function runPlainField(
  run: Run,
  plan: FieldPlan,
  source: unknown,
  parent: Path | undefined,
): unknown {
  try {
    const info = run.sharedInfo(plan, parent);
    const { metered, resolve } = plan;
    const args = run.argumentsOf(plan);
    const { metering } = run;
    const value: unknown =
      metered && metering
        ? resolveLeaf(metered, source, args, metering, info)
        : resolve(source, args, run.contextValue, info);
    if (plan.isText && typeof value === 'string') return value;
    return isPromise(value)
      ? completePlainLater(run, plan, info, parent, value)
      : plan.complete(run, info, info.path, value);
  } catch (problem) {
    return fail(run, plan, problem, pathOf(plan, parent));
  }
}

// Functions of their own, because a function whose variables are in a closure allocates an object for
// them each time it is called, also when no closure is made.
function completePlainLater(
  run: Run,
  plan: FieldPlan,
  info: GraphQLResolveInfo,
  parent: Path | undefined,
  value: Promise<unknown>,
): Promise<unknown> {
  return value
    .then((resolved) => plan.complete(run, info, info.path, resolved))
    .then(undefined, (problem) => fail(run, plan, problem, pathOf(plan, parent)));
}

function completeLater(
  run: Run,
  plan: FieldPlan,
  info: GraphQLResolveInfo,
  path: Path,
  value: Promise<unknown>,
): Promise<unknown> {
  return value.then((resolved) => plan.complete(run, info, path, resolved));
}

function failLater(
  run: Run,
  plan: FieldPlan,
  path: Path,
  completed: Promise<unknown>,
): Promise<unknown> {
  return completed.then(undefined, (problem) => fail(run, plan, problem, path));
}

function runOtherField(
  run: Run,
  plan: FieldPlan,
  source: unknown,
  parent: Path | undefined,
): unknown {
  const path = pathOf(plan, parent);
  const info = plan.sharesInfo ? run.sharedInfo(plan, parent) : run.info(plan, path);
  try {
    const { metered, resolve } = plan;
    const args = run.argumentsOf(plan);
    const { metering } = run;
    const value: unknown =
      metered?.isComposite && metering
        ? resolveObject(metered, source, args, metering, info, plan.sizeOf)
        : resolve(source, args, run.contextValue, info);
    const completed = isPromise(value)
      ? completeLater(run, plan, info, path, value)
      : plan.complete(run, info, path, value);
    return completed instanceof Promise ? failLater(run, plan, path, completed) : completed;
  } catch (problem) {
    return fail(run, plan, problem, path);
  }
}

function fail(run: Run, { nodes, isNonNull }: FieldPlan, problem: unknown, path: Path): null {
  return run.fail(problem, nodes, path, isNonNull);
}

/** The same object, when the promises of its fields in `waiting` are replaced by their values. */
function allOf(results: Results, waiting: readonly string[]): Promise<Results> {
  return Promise.all(waiting.map((name) => results[name])).then((values) => {
    for (const [n, name] of waiting.entries()) results[name] = values[n];
    return results;
  });
}
