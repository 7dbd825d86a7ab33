import type { DescMessage } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import type { Span, SpanAttributes } from '../../domain/tracing.ts';
import type { AttemptSpan } from '../observed-call.ts';
import type { UnaryMethod } from './unary.ts';

type Named = Pick<UnaryMethod<DescMessage, DescMessage>, 'name' | 'parent'>;

/** One attempt, by OpenTelemetry's semantic conventions for gRPC. */
export function attemptSpan({ name, parent }: Named, server: SpanAttributes): AttemptSpan {
  const method = `${parent.typeName}/${name}`;
  const attributes = { ...server, 'rpc.system.name': 'grpc', 'rpc.method': method };
  return { name: method, attributes };
}

/** @param code the status of gRPC */
export function setStatus(span: Span | null, code: number): void {
  span?.set({ 'rpc.response.status_code': status[code] ?? String(code) });
}

/** @param address host:port */
export function serverOf(address: string): SpanAttributes {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1)) || undefined;
  return { 'server.address': address.slice(0, colon), 'server.port': port };
}
