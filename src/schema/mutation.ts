import type {
  InputFieldMap,
  InputShapeFromFields,
  ShapeFromTypeParam,
  TypeParam,
} from '@pothos/core';
import { type FieldViolation, GatewayError } from '../domain/error.ts';
import type { Services } from '../services/services.ts';
import { builder, type InputFields, type Types } from './builder.ts';
import { mutationErrors, typedError } from './errors.ts';

/** Maps a backend's field name, in camel case, to the input field that supplies it. */
export type FieldNames = Readonly<Record<string, string>>;

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
  readonly fieldNames?: FieldNames;
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
  const { description, inputDescription, success, returns, fieldNames = {} } = options;
  const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const input = builder.inputType(`${typeName}Input`, {
    description: inputDescription,
    fields: options.input,
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: returns.type,
      description,
      errors: {
        types: mutationErrors,
        union: { name: `${typeName}Result`, description: `The result of \`${name}\`.` },
        result: { name: `${typeName}Success`, description: success },
        dataField: { name: returns.field, description: returns.description },
      },
      args: { input: t.arg({ type: input, required: true, description: inputDescription }) },
      resolve: (_root, args, { services }) =>
        withTypedErrors(() => options.run(args.input, services), fieldNames),
    }),
  );
}

/**
 * Rejects with the member of the result union that a failure maps to, its violations renamed to
 * paths of the input. Other failures reject unchanged.
 */
async function withTypedErrors<T>(run: () => Promise<T>, names: FieldNames): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof GatewayError ? typedError(withInputPaths(error, names)) : error;
  }
}

function withInputPaths(error: GatewayError, names: FieldNames): GatewayError {
  // The gateway's own violations already name paths of the input.
  if (!error.service || error.violations.length === 0) return error;
  const violations = error.violations.map(
    ({ field, description }): FieldViolation => ({ field: inputPath(field, names), description }),
  );
  const { service, retryable, retryAfterMs, requestId, cause } = error;
  return new GatewayError(error.code, error.message, {
    ...{ service, retryable, retryAfterMs, requestId, cause, violations },
  });
}

/** Turns `person.post_code` into `input.person.postCode`. The longest prefix found in `names` wins. */
function inputPath(field: string, names: FieldNames): string {
  const parts = field
    .split('.')
    .map((part) => part.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  for (let length = parts.length; length > 0; length--) {
    const name = names[parts.slice(0, length).join('.')];
    if (name !== undefined) return ['input', name, ...parts.slice(length)].join('.');
  }
  return ['input', ...parts].join('.');
}
