import { type FieldViolation, GatewayError } from '../domain/error.ts';
import { mutationErrors, typedError } from './errors.ts';

/**
 * The result union of a mutation: `<Name>Result` = `<Name>Success`, holding what was changed in
 * `dataField`, or one of the typed errors.
 */
export function resultOf(name: string, dataField: string, description: string) {
  return {
    types: mutationErrors,
    union: { name: `${name}Result`, description: `What came of ${name}.` },
    result: { name: `${name}Success`, description: 'It was done.' },
    dataField: { name: dataField, description },
  };
}

/** The input's own name for a field of the backend, where it is not the same in camel case. */
export type FieldNames = Readonly<Record<string, string>>;

/**
 * Runs a mutation. A failure that its user can mend becomes a member of the result union, and the
 * fields that a backend refused stand at the paths of the input.
 */
export async function mutate<T>(run: () => Promise<T>, names: FieldNames = {}): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof GatewayError ? typedError(withInputPaths(error, names)) : error;
  }
}

function withInputPaths(error: GatewayError, names: FieldNames): GatewayError {
  if (!error.service || error.violations.length === 0) return error;
  const violations = error.violations.map(
    ({ field, description }): FieldViolation => ({ field: inputPath(field, names), description }),
  );
  const { service, retryable, retryAfterMs, requestId, cause } = error;
  return new GatewayError(error.code, error.message, {
    ...{ service, retryable, retryAfterMs, requestId, cause, violations },
  });
}

/** `person.post_code` is `input.person.postCode`; the longest beginning that has a name wins. */
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
