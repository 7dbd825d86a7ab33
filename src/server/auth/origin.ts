import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../domain/host.ts';

export interface OriginPolicy {
  /** Origins of web pages, besides the gateway's own, that may use it. */
  readonly allowed: readonly string[];
  /**
   * Whether only loopback names may stand in the Host header. Without authentication a page of
   * somebody else's could otherwise reach the gateway by pointing its own name at 127.0.0.1.
   */
  readonly loopbackOnly: boolean;
}

/**
 * Why a request must be refused, or null. Browsers send cookies and simple requests across origins
 * without asking, and open WebSockets to anywhere; everything else sends no Origin.
 */
export function originRefusal(request: IncomingMessage, policy: OriginPolicy): string | null {
  const host = request.headers.host ?? '';
  if (policy.loopbackOnly && !isLoopback(hostname(host))) {
    return `Without authentication the gateway answers under loopback names only, not as "${host}".`;
  }
  const { origin } = request.headers;
  if (origin === undefined || policy.allowed.includes(origin)) return null;
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return `Web pages of ${origin} may not use the gateway: add it to CORS_ORIGINS.`;
}

function hostname(host: string): string {
  const url = `http://${host}`;
  if (!URL.canParse(url)) return host;
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}
