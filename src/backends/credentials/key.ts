import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/**
 * Reads a service-account key. Throws an Error that names what is wrong and shows nothing of it.
 * @param json the parsed key file
 * @param what names the file in the error
 */
export function readKeyFile<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`Not a ${what}: ${problems.join('; ')}`);
}

/** An RSA private key in PEM. Text before the PEM, as one vendor writes it, is allowed. */
export const rsaPrivateKey = z.string().transform((pem, context): KeyObject => {
  const key = privateKey(pem);
  if (key?.asymmetricKeyType === 'rsa') return key;
  context.addIssue({ code: 'custom', message: 'is not an RSA private key in PEM' });
  return z.NEVER;
});

function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
