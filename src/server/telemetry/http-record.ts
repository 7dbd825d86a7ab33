import type { ServerResponse } from 'node:http';
import type { Logger } from '../../log.ts';
import { RequestRecord } from './request-record.ts';

/** The access log's record of an HTTP request, which ends with its response. */
export function recordOf(
  response: ServerResponse,
  requestId: string,
  log: Logger,
  transport: 'HTTP' | 'MCP' = 'HTTP',
): RequestRecord {
  const record = new RequestRecord({ requestId, transport, log });
  response.on('close', () => {
    const status = response.headersSent ? response.statusCode : undefined;
    record.end({ status, isClientGone: !response.writableFinished });
  });
  return record;
}
