import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { BackendLog } from '../log.ts';

/**
 * Validates a service account key file.
 * @param json the parsed key file
 * @param what names the file in the error
 * @throws Error that names the invalid fields and contains none of their values
 */
function readKeyFile<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`Invalid ${what}: ${problems.join('; ')}`);
}

/** Where a key file comes from, so that it can be read again. */
export interface KeyFileReader {
  /** The setting of the file, for the log. */
  readonly setting: string;
  /**
   * Returns the parsed file as it is now.
   * @throws Error without the contents
   */
  read(): unknown;
}

export interface KeyFileOptions {
  /** The parsed JSON key file. */
  readonly keyFile: unknown;
  /** Reads the file again whenever the key is used; without it, the key never changes. */
  readonly reader?: KeyFileReader | undefined;
  readonly log?: BackendLog | undefined;
}

/**
 * Returns the key of a file that can be replaced at any time. While the file cannot be used, for example
 * because it is half written, the key is the previous one.
 * @param what names the file in errors
 * @throws Error when the first key file is invalid
 */
export function replaceableKey<T>(
  schema: z.ZodType<T>,
  what: string,
  { keyFile, reader, log }: KeyFileOptions,
): () => T {
  let json = keyFile;
  let key = readKeyFile(schema, json, what);
  if (!reader) return () => key;
  const { setting } = reader;
  return () => {
    try {
      const current = reader.read();
      if (isDeepStrictEqual(current, json)) return key;
      key = readKeyFile(schema, current, what);
      json = current;
      log?.info({ setting }, 'key file changed, using the new key');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log?.warn({ setting, problem }, 'key file cannot be used, using the previous key');
    }
    return key;
  };
}

/** An RSA private key in PEM format. Text before the PEM is allowed: Yandex Cloud writes a warning. */
export const rsaPrivateKey = z.string().transform((pem, context): KeyObject => {
  const key = privateKey(pem);
  if (key?.asymmetricKeyType === 'rsa') return key;
  context.addIssue({ code: 'custom', message: 'must be an RSA private key in PEM format' });
  return z.NEVER;
});

function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
