import { mutationErrors } from './errors.ts';

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
