import { z } from 'zod';
import { type KindInfo, kinds } from './kinds.ts';
import { lowerCaseNames } from './network-settings.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** One row: a kind from kinds.ts, with `prefault` (the default, as text) or `optional`. */
type Setting = (z.ZodPrefault<z.ZodType> | z.ZodOptional<z.ZodType>) & {
  readonly description?: string | undefined;
};
type Group = z.ZodObject<Readonly<Record<string, Setting>>>;

/** All settings of a program: groups with a title, each with its settings by variable name. */
export type Table = z.ZodObject<Readonly<Record<string, Group>>>;

type ShapesOf<T extends Table> = {
  [G in keyof T['shape']]: keyof T['shape'][G]['shape'] & string;
};
export type NameOf<T extends Table> = ShapesOf<T>[keyof T['shape']];

/** The environment as rules see it. */
export interface Given<Name extends string> {
  isSet(name: Name): boolean;
  /** The text of a setting or of its default, not validated. */
  text(name: Name): string;
}

/** A problem that concerns several settings, reported for one of them. */
export type RuleProblem<Name extends string> = readonly [name: Name, problem: string];

export type Rules<Name extends string> = (given: Given<Name>) => Iterable<RuleProblem<Name>>;

export type Read<Values> =
  | { readonly values: Values; readonly problems: readonly [] }
  | { readonly values: null; readonly problems: readonly string[] };

/** Every problem of the configuration, one sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is invalid:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A setting as --help and the reference show it. */
export interface SettingInfo extends KindInfo {
  readonly name: string;
  readonly group: string;
  readonly default: string | null;
  readonly description: string;
}

export function settingsOf(table: Table): readonly SettingInfo[] {
  return Object.values(table.shape).flatMap((group) =>
    Object.entries(group.shape).map(([name, setting]) => {
      const kind = kinds.get(setting.unwrap());
      if (!kind) throw new Error(`${name} is not of a registered kind`);
      return {
        ...kind,
        name,
        group: group.description ?? '',
        default: setting instanceof z.ZodPrefault ? String(setting.def.defaultValue) : null,
        description: setting.description ?? '',
      };
    }),
  );
}

/**
 * Validates the environment against a table and its rules. Values are trimmed; an empty variable
 * counts as not set. Reports at most one problem per setting, and the table's before the rules'.
 */
export function readSettings<T extends Table>(
  table: T,
  rules: Rules<NameOf<T>>,
  env: Env,
): Read<z.output<T>> {
  const set = trimmed(env);
  const parsed = table.safeParse(
    Object.fromEntries(Object.keys(table.shape).map((group) => [group, set])),
    // It is parsed once, and generating code for that takes longer.
    { jitless: true },
  );
  const settings = new Map(settingsOf(table).map((info) => [info.name, info]));
  const problems = new Map<string, string>();
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [, name, ...inner] = path.map(String);
    const info = settings.get(name ?? '');
    if (!info || problems.has(info.name)) continue;
    const where = info.isHidden && inner.length > 0 ? ` (at ${inner.join('.')}: ${message})` : '';
    const quoted = info.isHidden ? '' : `, not ${JSON.stringify(set[info.name])}`;
    problems.set(info.name, `${info.name} must be ${info.format}${quoted}${where}.`);
  }
  const given = {
    isSet: (name: string) => set[name] !== undefined,
    text: (name: string) => set[name] ?? settings.get(name)?.default ?? '',
  };
  for (const [name, problem] of rules(given)) {
    if (!problems.has(name)) problems.set(name, problem);
  }
  if (parsed.success && problems.size === 0) return { values: parsed.data, problems: [] };
  return { values: null, problems: [...problems.values()] };
}

/** The variables that are set, without surrounding white space. */
export function trimmed(env: Env): Readonly<Record<string, string>> {
  const set = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const text = value?.trim();
      return text ? [[name, text]] : [];
    }),
  );
  for (const name of lowerCaseNames) {
    const text = set[name.toLowerCase()];
    if (text !== undefined) set[name] = text;
  }
  return set;
}
