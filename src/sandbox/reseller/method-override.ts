import type { HttpRequest } from './router.ts';

const formType = 'application/x-www-form-urlencoded';

/**
 * The request that a POST with X-HTTP-Method-Override stands for. Google's clients send one when a URL
 * is longer than 2,048 characters, with the query in a form body.
 */
export function withMethodOverride(request: HttpRequest): HttpRequest {
  const verb = request.headers['x-http-method-override']?.trim().toUpperCase();
  if (request.verb !== 'POST' || !verb) return request;
  const type = request.headers['content-type'] ?? '';
  if (!type.toLowerCase().startsWith(formType) || request.body === '') return { ...request, verb };
  const separator = request.target.includes('?') ? '&' : '?';
  return { ...request, verb, target: `${request.target}${separator}${request.body}`, body: '' };
}
