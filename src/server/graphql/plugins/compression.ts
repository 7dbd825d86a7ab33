import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { acceptedEncoding, type Encoding } from '../accept-encoding.ts';

/** Smaller answers fit into one packet. */
const MIN_CHARACTERS = 1_000;
/** zlib uses the four threads that also resolve host names, so answers beyond these are sent as they are. */
const MAX_RUNNING = 2;

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

const compressors: Readonly<Record<Encoding, (text: string) => Promise<Buffer<ArrayBuffer>>>> = {
  br: (text) =>
    brotli(text, {
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        // The next level takes twice as long to save 3 %.
        [constants.BROTLI_PARAM_QUALITY]: 4,
      },
    }),
  gzip: (text) => deflate(text, { level: 5 }),
};

/**
 * Compresses the answers of queries and mutations in other threads. Streams are never compressed: each
 * event must arrive at once. An answer counts with its whole size until it was read.
 */
export function useCompression(): Plugin {
  let running = 0;
  return {
    async onResponse({ request, response, setResponse, fetchAPI }) {
      const { status, headers } = response;
      if (!isAnswer(headers.get('content-type')) || !response.body) return;
      headers.append('vary', 'Accept-Encoding');
      const encoding = acceptedEncoding(request.headers.get('accept-encoding'));
      if (encoding === null || running >= MAX_RUNNING) return;
      running++;
      try {
        const text = await response.text();
        const isSmall = text.length < MIN_CHARACTERS;
        const body = isSmall ? text : await compressors[encoding](text);
        if (!isSmall) headers.set('content-encoding', encoding);
        headers.set('content-length', String(Buffer.byteLength(body)));
        setResponse(new fetchAPI.Response(body, { status, headers }));
      } finally {
        running--;
      }
    },
  };
}

function isAnswer(contentType: string | null): boolean {
  return /^application\/(graphql-response\+)?json\b/.test(contentType ?? '');
}
