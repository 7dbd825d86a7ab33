import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../domain/host.ts';
import { hostOf } from '../request-target.ts';

export interface OriginPolicy {
  /** Origins of web pages that may use the gateway, in addition to its own. */
  readonly allowed: readonly string[];
  /**
   * Whether the Host header must be a loopback name. Without authentication, any web page could
   * otherwise reach the gateway through a domain that resolves to 127.0.0.1 (DNS rebinding).
   */
  readonly loopbackOnly: boolean;
  /** Whether pages of any server on this machine may use the gateway. */
  readonly loopbackPages: boolean;
}

/** Whether a page of another origin may use the gateway and read its responses. */
export function allowsOrigin(origin: string, policy: OriginPolicy): boolean {
  return policy.allowed.includes(origin) || (policy.loopbackPages && isLoopbackPage(origin));
}

/** Whether an Origin header names a server on this machine. An opaque origin, `null`, does not. */
function isLoopbackPage(origin: string): boolean {
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return url.origin === origin && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}

/**
 * The reason to refuse a request, or null. Browsers send simple requests and open WebSockets across
 * origins without a preflight; other clients send no Origin header.
 */
export function originRefusal(request: IncomingMessage, policy: OriginPolicy): string | null {
  const host = request.headers.host ?? '';
  if (policy.loopbackOnly && !isLoopback(hostOf(request).name)) {
    return `Without authentication, the Host header must be a loopback name such as localhost, not "${host}".`;
  }
  const { origin } = request.headers;
  if (origin === undefined || allowsOrigin(origin, policy)) return null;
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return `Requests from ${origin} are not allowed: add it to CORS_ORIGINS.`;
}
