import { GraphQLError } from 'graphql';
import { productDocuments } from './product-documents.ts';

/** The parameters of a request that say which document it executes. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

export interface TrustedDocumentsOptions {
  /** Documents by id, in addition to those that come with the gateway. */
  readonly manifest: ReadonlyMap<string, string>;
  /** Whether only documents that are requested by id are executed. */
  readonly only: boolean;
}

/** Clients of Apollo send the whole document when they receive this message. */
const NOT_SUPPORTED = 'PersistedQueryNotSupported';

/** Finds the document of a request by its `documentId`, or by the id in Apollo's extension. */
export class TrustedDocuments {
  readonly #options: TrustedDocumentsOptions;
  #own: ReadonlyMap<string, string> | undefined;

  constructor(options: TrustedDocumentsOptions) {
    this.#options = options;
  }

  /**
   * The text of the requested document.
   * @throws GraphQLError when the request has none, or one that is not trusted
   */
  textOf({ query, documentId, extensions }: DocumentRequest): string {
    const hasQuery = query != null && query !== '';
    if (documentId != null) {
      if (hasQuery) throw new GraphQLError('Send either query or documentId, not both.');
      if (typeof documentId !== 'string') throw new GraphQLError('documentId must be a string.');
      return this.#find(documentId) ?? unknownDocument(documentId);
    }
    const hash = hasQuery ? null : persistedHash(extensions);
    if (hash !== null) return this.#find(hash) ?? failWith(NOT_SUPPORTED);
    if (query == null) throw new GraphQLError('The request has neither query nor documentId.');
    if (typeof query !== 'string') throw new GraphQLError('query must be a string.');
    if (!this.#options.only) return query;
    throw new GraphQLError(
      'This gateway executes trusted documents only: send documentId instead of query.',
    );
  }

  #find(id: string): string | undefined {
    const given = this.#options.manifest.get(id);
    if (given !== undefined) return given;
    this.#own ??= new Map(productDocuments().map(({ id: own, text }) => [own, text]));
    return this.#own.get(id);
  }
}

function unknownDocument(id: string): never {
  return failWith(
    `There is no trusted document with the id "${id.slice(0, 100)}". Add its manifest to DOCUMENTS_FILES before clients use it.`,
  );
}

function failWith(message: string): never {
  throw new GraphQLError(message);
}

/** The id that Apollo Client sends for a document of its manifest. */
function persistedHash(extensions: unknown): string | null {
  if (typeof extensions !== 'object' || extensions === null) return null;
  const persisted = 'persistedQuery' in extensions ? extensions.persistedQuery : null;
  if (typeof persisted !== 'object' || persisted === null) return null;
  const hash = 'sha256Hash' in persisted ? persisted.sha256Hash : null;
  return typeof hash === 'string' ? hash : null;
}
