import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { pick } from './random.support.ts';

const MAX_DEPTH = 4;

const variables = `$n: Int! = 2, $first: Int, $yes: Boolean! = true, $no: Boolean = false, $range: Range`;

/** A document of random fields, aliases, fragments and directives. It can be invalid. */
export function randomDocument(schema: GraphQLSchema, random: () => number): string {
  const fragments = ['Animal', 'Cat', 'Pet', 'House', 'Query'].map(
    (type) =>
      `fragment On${type} on ${type} { ${selections(schema, type, random, MAX_DEPTH - 1, false)} }`,
  );
  const query = `query (${variables}) { ${selections(schema, 'Query', random, 0, true)} }`;
  const used = fragments.filter((text) => query.includes(`...${text.split(' ', 2)[1]}`));
  return [query, ...used].join('\n');
}

function selections(
  schema: GraphQLSchema,
  typeName: string,
  random: () => number,
  depth: number,
  spreads: boolean,
): string {
  const type = schema.getType(typeName);
  const count = 1 + Math.floor(random() * 5);
  const all = Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.12) return inlineFragment(schema, typeName, random, depth, spreads);
    if (kind < 0.24 && spreads) return `...${spreadOn(schema, type, random)} ${directive(random)}`;
    if (kind < 0.3) return `__typename ${directive(random)}`;
    return field(schema, typeName, random, depth, spreads);
  });
  return all.join(' ');
}

function inlineFragment(
  schema: GraphQLSchema,
  typeName: string,
  random: () => number,
  depth: number,
  spreads: boolean,
): string {
  const on = conditionFor(schema, schema.getType(typeName), random);
  const condition = random() < 0.2 ? '' : `on ${on}`;
  const inside = selections(schema, condition ? on : typeName, random, depth + 1, spreads);
  return `... ${condition} ${directive(random)} { ${inside} }`;
}

/** A type that values of the type can have. */
function conditionFor(
  schema: GraphQLSchema,
  type: GraphQLNamedType | undefined,
  random: () => number,
) {
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const names = [type, ...possible].flatMap((each) => each?.name ?? []);
  return names[Math.floor(random() * names.length)] ?? '';
}

function spreadOn(schema: GraphQLSchema, type: GraphQLNamedType | undefined, random: () => number) {
  const interfaces = isObjectType(type) ? type.getInterfaces().map(({ name }) => name) : [];
  return `On${interfaces[0] && random() < 0.5 ? interfaces[0] : conditionFor(schema, type, random)}`;
}

function directive(random: () => number): string {
  const kind = random();
  if (kind < 0.8) return '';
  const name = random() < 0.5 ? 'skip' : 'include';
  return `@${name}(if: ${pick(random, ['true', 'false', '$yes', '$no'])})`;
}

function field(
  schema: GraphQLSchema,
  typeName: string,
  random: () => number,
  depth: number,
  spreads: boolean,
): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return '__typename';
  const fields = Object.values(type.getFields());
  const chosen = fields[Math.floor(random() * fields.length)];
  if (!chosen) return '__typename';
  const named = getNamedType(chosen.type);
  if (isCompositeType(named) && depth >= MAX_DEPTH) return '__typename';
  const alias = random() < 0.2 ? `a${Math.floor(random() * 100)}: ` : '';
  const inside = isCompositeType(named)
    ? ` { ${selections(schema, named.name, random, depth + 1, spreads)} }`
    : '';
  return `${alias}${chosen.name}${argumentsOf(chosen.name, random)} ${directive(random)}${inside}`;
}

/** Equal for most fields of one name, so that they can be merged. */
function argumentsOf(name: string, random: () => number): string {
  if (name === 'animal') return '(n: $n)';
  if (name === 'friends' && random() < 0.1) return '(first: $first)';
  if (name === 'rank' && random() < 0.3)
    return pick(random, ['(of: $n, in: $range)', '(in: { to: $n })']);
  return '';
}
