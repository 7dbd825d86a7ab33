import { Channel, type InterceptingListener, type Metadata, status } from '@grpc/grpc-js';
import { activeSpan, type Span, startSpan } from '../../domain/tracing.ts';

type Call = ReturnType<Channel['createCall']>;

/**
 * A channel whose calls are spans while tracing is on: streams of messages, acknowledgements and
 * extensions of deadlines. The library sends one call for many messages, which is in the trace of the
 * first of them.
 */
export class ObservedChannel extends Channel {
  override createCall(...args: Parameters<Channel['createCall']>): Call {
    const call = super.createCall(...args);
    const [path] = args;
    const method = path.replace(/^\//, '');
    const attributes = {
      'rpc.system.name': 'grpc',
      'rpc.method': method,
      'messaging.system': 'gcp_pubsub',
    };
    const span = startSpan({ name: method, kind: 'CLIENT', attributes }, activeSpan());
    return span ? endedWith(span, call) : call;
  }
}

function endedWith(span: Span, call: Call): Call {
  const start = call.start.bind(call);
  call.start = (metadata: Metadata, listener: InterceptingListener) =>
    start(metadata, {
      onReceiveMetadata: (received) => listener.onReceiveMetadata(received),
      onReceiveMessage: (message) => listener.onReceiveMessage(message),
      onReceiveStatus: (received) => {
        const { code } = received;
        const name = status[code] ?? String(code);
        span.set({ 'rpc.response.status_code': name });
        if (code !== status.OK && code !== status.CANCELLED) span.fail(name);
        span.end();
        listener.onReceiveStatus(received);
      },
    });
  return call;
}
