import type { SpanOptions } from '../../domain/tracing.ts';

/**
 * A request to a token endpoint, by OpenTelemetry's semantic conventions for HTTP. Without its path,
 * which can name an account.
 */
export function tokenSpan(method: string, url: string): SpanOptions {
  const { protocol, hostname, port } = new URL(url);
  return {
    name: `${method} token endpoint`,
    kind: 'CLIENT',
    attributes: {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    },
  };
}

/** The span's attributes of a response. */
export function statusOf({ status }: { readonly status: number }) {
  return { 'http.response.status_code': status };
}
