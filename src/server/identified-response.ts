import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * A response that has the id of its request as a header, whatever writes it. The id is added when the
 * headers are written, because a header that is set before makes all others take twice as long.
 */
export class IdentifiedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  requestId = '';

  override writeHead(status: number, message?: string | Headers, headers?: Headers): this {
    if (typeof message === 'object' && !Array.isArray(message)) {
      return super.writeHead(status, { ...message, 'x-request-id': this.requestId });
    }
    this.setHeader('x-request-id', this.requestId);
    return typeof message === 'string'
      ? super.writeHead(status, message, headers)
      : super.writeHead(status, message);
  }
}
