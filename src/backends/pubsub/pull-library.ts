import type { ClientConfig } from '@google-cloud/pubsub';
import { z } from 'zod';
import { inNewTrace } from '../../domain/tracing.ts';
import { type KeyFileOptions, replaceableKey } from '../credentials/key.ts';
import { statusOf, tokenSpan } from '../credentials/token-span.ts';
import { Egress } from '../network/egress.ts';

export interface LibraryOptions {
  /** Returns the current key. Null uses application default credentials. */
  readonly key: (() => PullKey) | null;
  /** How tokens are requested; directly by default. */
  readonly egress?: Egress | undefined;
}

const keyFileSchema = z.object({ client_email: z.string().min(1), private_key: z.string().min(1) });
export type PullKey = z.infer<typeof keyFileSchema>;

/**
 * Returns the current key of a service account's key file.
 * @throws Error when the key file is invalid
 */
export function pullKey(options: KeyFileOptions): () => PullKey {
  return replaceableKey(keyFileSchema, 'service account key file', options);
}

export type Library = typeof import('@google-cloud/pubsub') & { readonly auth: () => PullAuth };
/** Options of the client: a key, or how Application Default Credentials connect. */
type PullAuth = Pick<ClientConfig, 'authClient' | 'clientOptions'>;

const PUBSUB_SCOPE = 'https://www.googleapis.com/auth/pubsub';

/** The library takes several megabytes, so it is loaded only when pulling is configured. */
export async function loadLibrary({
  key,
  egress = new Egress(),
}: LibraryOptions): Promise<Library> {
  const [pubsub, { JWT }] = await Promise.all([
    import('@google-cloud/pubsub'),
    import('google-auth-library'),
  ]);
  const fetchImplementation = (...args: Parameters<typeof fetch>) => fetchToken(egress, ...args);
  const transporterOptions = { fetchImplementation };
  if (!key) return { ...pubsub, auth: () => ({ clientOptions: { transporterOptions } }) };
  const scopes = [PUBSUB_SCOPE];
  return {
    ...pubsub,
    auth() {
      const { client_email: email, private_key } = key();
      return { authClient: new JWT({ email, key: private_key, scopes, transporterOptions }) };
    },
  };
}

/** The global types differ from those of undici, so the request and the response are copied. */
async function fetchToken(egress: Egress, ...args: Parameters<typeof fetch>): Promise<Response> {
  const request = new Request(...args);
  const { url, method, signal } = request;
  const body = method === 'GET' ? null : await request.text();
  const sent = { method, signal, body, headers: [...request.headers] };
  // The library asks for tokens in the background.
  return inNewTrace(tokenSpan(method, url), async (span) => {
    const response = await egress.fetch(url, sent);
    span?.set(statusOf(response));
    const { status, headers } = response;
    return new Response(await response.text(), { status, headers: [...headers] });
  });
}
