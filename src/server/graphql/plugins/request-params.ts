import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { TrustedDocuments } from '../../documents/trusted-documents.ts';
import type { ServerContext } from '../request-context.ts';

/**
 * Finds the documents of requests by their ids, and reports requests that cannot be parsed, such as
 * variables in a URL that are not JSON, as 400. Answers to GET requests by id can be kept by caches.
 */
export function useRequestParams(
  trusted: TrustedDocuments,
  maxAgeMs: number,
): Plugin<object, ServerContext> {
  const cacheable = new WeakSet<Request>();
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        const params = await parsed(() => requestParser(request));
        if (Array.isArray(params) || !isSingle(params)) return params;
        const isGet = request.method === 'GET';
        const documentId = isGet ? idInUrl(request.url) : idOf(params);
        if (isGet && documentId != null) cacheable.add(request);
        const { query, extensions } = params;
        const { documentId: _, ...others } = { documentId: null, ...params };
        return { ...others, query: textOf(trusted, { query, documentId, extensions }) };
      });
    },
    onResultProcess({ request, result }) {
      if (!('data' in result) || result.errors) cacheable.delete(request);
    },
    onResponse({ request, response: { headers } }) {
      if (!cacheable.has(request)) return;
      const seconds = Math.floor(maxAgeMs / 1_000);
      headers.set('cache-control', seconds > 0 ? `public, max-age=${seconds}` : 'no-store');
      // What a viewer sees depends on its token.
      headers.append('vary', 'Authorization');
    },
  };
}

function isSingle(parsed: GraphQLParams | Response): parsed is GraphQLParams {
  return !('headers' in parsed);
}

async function parsed<T>(parse: () => T | Promise<T>): Promise<T> {
  try {
    return await parse();
  } catch (error) {
    if (error instanceof GraphQLError) throw error;
    throw malformed('The request cannot be parsed: its variables or extensions are not JSON.');
  }
}

function textOf(
  trusted: TrustedDocuments,
  request: Parameters<TrustedDocuments['textOf']>[0],
): string {
  try {
    return trusted.textOf(request);
  } catch (error) {
    throw error instanceof GraphQLError ? malformed(error.message) : error;
  }
}

function idInUrl(url: string): string | null {
  return new URL(url).searchParams.get('documentId');
}

function idOf(params: GraphQLParams): unknown {
  return 'documentId' in params ? params.documentId : null;
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { status: 400 } } });
}
