import type { Plugin } from 'graphql-yoga';
import type { Compress } from '../compression.ts';

/**
 * Compresses the answers of queries and mutations in other threads. Streams are never compressed: each
 * event must arrive at once. An answer counts with its whole size until it was read.
 */
export function useCompression(compress: Compress): Plugin {
  return {
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const { status, headers } = response;
      if (!isAnswer(headers.get('content-type')) || !response.body) return;
      headers.append('vary', 'Accept-Encoding');
      const text = await response.text();
      const compressed = await compress(text, request.headers.get('accept-encoding'));
      if (compressed) headers.set('content-encoding', compressed.encoding);
      const body = compressed?.bytes ?? text;
      headers.set('content-length', String(Buffer.byteLength(body)));
      setResponse(new fetchAPI.Response(body, { status, headers }));
    },
  };
}

function isAnswer(contentType: string | null): boolean {
  return /^application\/(graphql-response\+)?json\b/.test(contentType ?? '');
}
