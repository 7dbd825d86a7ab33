import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/**
 * Validates a service account key file.
 * @param json the parsed key file
 * @param what names the file in the error
 * @throws Error that names the invalid fields and contains none of their values
 */
export function readKeyFile<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`Invalid ${what}: ${problems.join('; ')}`);
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
