import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { acceptedEncoding, type Encoding } from './accept-encoding.ts';

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

export interface Compressed {
  readonly encoding: Encoding;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Compresses an answer in another thread; null when it should be sent as it is. */
export type Compress = (text: string, acceptEncoding: string | null) => Promise<Compressed> | null;

/** Counts what it compresses at the same time, so a server has one. */
export function createCompress(): Compress {
  let running = 0;
  return (text, acceptEncoding) => {
    if (text.length < MIN_CHARACTERS || running >= MAX_RUNNING) return null;
    const encoding = acceptedEncoding(acceptEncoding);
    if (encoding === null) return null;
    running++;
    return compressors[encoding](text)
      .then((bytes) => ({ encoding, bytes }))
      .finally(() => running--);
  };
}
