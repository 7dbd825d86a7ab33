import type {
  InputFieldMap,
  InputShapeFromFields,
  ShapeFromTypeParam,
  TypeParam,
} from '@pothos/core';
import { assertInputObjectType, type GraphQLResolveInfo } from 'graphql';
import { GatewayError } from '../domain/error.ts';
import { DryRun } from '../domain/plan.ts';
import type { WriteAnswer } from '../domain/write.ts';
import type { Services } from '../services/services.ts';
import { auditEntry } from './audit/audit-entry.ts';
import { builder, type InputFields, type Types } from './builder.ts';
import type { GatewayContext } from './context.ts';
import { mutationErrors, typedError, writeErrors } from './errors.ts';
import { expose, objectType } from './fields.ts';
import {
  type FieldNames,
  type GivenInput,
  planWithInputPaths,
  withInputPaths,
} from './input-paths.ts';

export interface MutationOptions<Fields extends InputFieldMap, Type extends TypeParam<Types>> {
  readonly description: string;
  /** Describes the `<Name>Input` type and the `input` argument. */
  readonly inputDescription: string;
  readonly input: (t: InputFields) => Fields;
  /** Describes the `<Name>Success` type. */
  readonly success: string;
  /** The one field of `<Name>Success`, which holds what `run` returns. */
  readonly returns: { readonly field: string; readonly type: Type; readonly description: string };
  /** Only the names that differ from the input's own. */
  readonly fieldNames?: FieldNames | ((input: InputShapeFromFields<Fields>) => FieldNames);
  /** The members of the result union besides its success type; `mutationErrors` by default. */
  readonly errors?: typeof mutationErrors;
  run(
    input: InputShapeFromFields<Fields>,
    services: Services,
  ): Promise<ShapeFromTypeParam<Types, Type, false>>;
}

/**
 * Adds the mutation `name(input: <Name>Input!)`. It returns `<Name>Result`, the union of
 * `<Name>Success` and the typed errors.
 */
export function mutation<Fields extends InputFieldMap, Type extends TypeParam<Types>>(
  name: string,
  options: MutationOptions<Fields, Type>,
): void;
export function mutation(name: string, options: MutationOptions<InputFieldMap, TypeParam<Types>>) {
  const { field, ...returned } = options.returns;
  const result = objectType<Shape>(`${typeNameOf(name)}Success`, options.success, (t) => ({
    [field]: t.field({ ...returned, nullable: false, resolve: (value) => value }),
  }));
  addField(name, options, result, (value, services) => options.run(value, services));
}

type Shape = ShapeFromTypeParam<Types, TypeParam<Types>, false>;

/** A mutation that changes something at a vendor; its input also has an `idempotencyKey`. */
export interface WriteMutationOptions<Fields extends InputFieldMap, Type extends TypeParam<Types>>
  extends Omit<MutationOptions<Fields, Type>, 'run'> {
  run(
    input: InputShapeFromFields<Fields> & DryRunInput,
    services: Services,
    /** Null when the client sent none. */
    idempotencyKey: string | null,
    /** Renames the violations of a failure that is returned in the value. */
    toInputPaths: (error: GatewayError) => GatewayError,
  ): Promise<WriteAnswer<ShapeFromTypeParam<Types, Type, false>>>;
}

/**
 * Adds a mutation whose change is on record: `<Name>Success` also tells whether an earlier change was
 * answered again, and `<Name>Result` has the member `OutcomeUnknownError`.
 */
export function writeMutation<Fields extends InputFieldMap, Type extends TypeParam<Types>>(
  name: string,
  options: WriteMutationOptions<Fields, Type>,
): void;
export function writeMutation(
  name: string,
  options: WriteMutationOptions<InputFieldMap, TypeParam<Types>>,
) {
  const { field, ...returned } = options.returns;
  const typeName = `${typeNameOf(name)}Success`;
  const result = objectType<WriteAnswer<Shape>>(typeName, options.success, (t) => ({
    [field]: t.field({ ...returned, nullable: false, resolve: ({ value }) => value }),
    ...expose(t, {
      'Boolean!': {
        replayed:
          'Whether this mutation sent nothing new, because it continued or repeated the answer of an earlier one.',
      },
    }),
    auditEntry: t.field({
      type: auditEntry,
      nullable: false,
      description: 'The record of the change; of the earlier one when `replayed` is true.',
      resolve: ({ write }) => write,
    }),
  }));
  addField(
    name,
    { ...options, errors: writeErrors, isWrite: true },
    result,
    (value, services, given) =>
      options.run(value, services, value.idempotencyKey ?? null, (error) =>
        withInputPaths(error, given),
      ),
  );
}

/** Adds the mutation, its input type and its result union. */
function addField(
  name: string,
  options: Omit<MutationOptions<InputFieldMap, TypeParam<Types>>, 'run'> & { isWrite?: boolean },
  result: TypeParam<Types>,
  run: (input: InputShape, services: Services, given: GivenInput) => Promise<Shape>,
): void {
  const { description, inputDescription, fieldNames = {} } = options;
  const typeName = typeNameOf(name);
  const input = builder.inputType(`${typeName}Input`, {
    description: inputDescription,
    fields: (t) => ({
      ...options.input(t),
      ...(options.isWrite ? idempotencyKeyField(t) : {}),
      dryRun: t.boolean({
        required: true,
        defaultValue: false,
        description:
          'Whether to return what the mutation would do as `DryRun`, or the error that it would return, without sending or recording anything.',
      }),
    }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: result,
      description,
      errors: {
        types: options.errors ?? mutationErrors,
        union: { name: `${typeName}Result`, description: `The result of \`${name}\`.` },
        directResult: true,
      },
      args: { input: t.arg({ type: input, required: true, description: inputDescription }) },
      resolve: (_root, { input: value }, context, info) => {
        const given = givenInput(value, fieldNames, info);
        return withTypedErrors({ name, given, context }, async () =>
          run(value, value.dryRun ? context.services.dryRun() : context.services, given),
        );
      },
    }),
  );
}

interface DryRunInput {
  readonly dryRun: boolean;
}

interface InputShape extends InputShapeFromFields<InputFieldMap>, DryRunInput {
  readonly idempotencyKey?: string | null | undefined;
}

function idempotencyKeyField(t: InputFields) {
  const description =
    'UUID of this change: send a new one for each action of a user, and the same one to repeat it. The gateway generates one when it is omitted.';
  return { idempotencyKey: t.field({ type: 'UUID', description }) };
}

function typeNameOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function givenInput<Input>(
  value: Input,
  names: FieldNames | ((input: Input) => FieldNames),
  { schema, fieldName }: GraphQLResolveInfo,
): GivenInput {
  const type = assertInputObjectType(schema.getType(`${typeNameOf(fieldName)}Input`));
  return { type, value, names: typeof names === 'function' ? names(value) : names };
}

interface MutationCall {
  readonly name: string;
  readonly given: GivenInput;
  readonly context: GatewayContext;
}

/**
 * Authorizes the viewer before anything is checked or called. Rejects with the member of the result
 * union that a failure maps to, its violations renamed to paths of the input, and logs it. Other
 * failures reject unchanged.
 */
async function withTypedErrors<T>(call: MutationCall, run: () => Promise<T>): Promise<T> {
  const { name, given, context } = call;
  try {
    context.services.authorizeMutation(name);
    return await run();
  } catch (error) {
    if (error instanceof DryRun) throw planWithInputPaths(error, given);
    if (!(error instanceof GatewayError)) throw error;
    const failure = withInputPaths(error, given);
    const typed = typedError(failure);
    if (typed !== failure) context.report(failure, name);
    throw typed;
  }
}
