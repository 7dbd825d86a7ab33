import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../domain/error.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { TakeRequest } from '../rate-limit.ts';
import { type Refusal, refusalOf } from '../refusal.ts';

export type Admission =
  | { readonly type: 'admitted'; readonly viewer: Viewer }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** Decides by its headers whether a request is read; at once when nothing has to be fetched for that. */
export type Admit = (request: IncomingMessage) => Admission | Promise<Admission>;

export interface AdmissionOptions {
  readonly authenticate: Authenticate;
  readonly takeRequest: TakeRequest;
  /** The largest body in bytes. */
  readonly bodyBytes: number;
}

export function createAdmission(options: AdmissionOptions): Admit {
  const { authenticate, takeRequest, bodyBytes } = options;
  function admitted(request: IncomingMessage, viewer: Viewer): Admission {
    takeRequest(viewer.subject);
    const refusal = bodyRefusal(request, bodyBytes);
    return refusal ? { type: 'refused', refusal } : { type: 'admitted', viewer };
  }
  return (request) => {
    try {
      const authorization = request.headers.authorization ?? null;
      const viewer = authenticate({ authorization });
      if (!(viewer instanceof Promise)) return admitted(request, viewer);
      return viewer.then((found) => admitted(request, found)).catch(refused);
    } catch (error) {
      return refused(error);
    }
  };
}

function refused(error: unknown): Admission {
  if (error instanceof GatewayError) return { type: 'refused', refusal: refusalOf(error) };
  throw error;
}

/**
 * The types of a JSON body. Browsers send forms and text across origins without a preflight, so they
 * are not accepted.
 */
const JSON_TYPES = /^application\/(?:graphql\+)?json\s*(?:;|$)/i;

function bodyRefusal({ method, headers }: IncomingMessage, bodyBytes: number): Refusal | null {
  if (method !== 'POST') return null;
  if (!JSON_TYPES.test(headers['content-type'] ?? '')) {
    const message = 'Send the request as application/json.';
    return { status: 415, code: 'BAD_USER_INPUT', message };
  }
  if (Number(headers['content-length'] ?? 0) <= bodyBytes) return null;
  const message = `The body is longer than ${bodyBytes} bytes.`;
  return { status: 413, code: 'BAD_USER_INPUT', message };
}
