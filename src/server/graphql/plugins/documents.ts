import type { Plugin } from 'graphql-yoga';
import type { Documents } from '../documents.ts';

/** Parses and validates as over WebSocket: with the same limits, and the same memory. */
export function useDocuments(documents: Documents): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(documents.parse),
    onValidate: ({ setValidationFn }) =>
      setValidationFn((_schema: unknown, document) => documents.validate(document)),
  };
}
