import { createServer, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { BillingAccountService } from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../gen/yandex/cloud/operation/operation_service_pb.ts';
import { type BackendContext, listen, type RunningServer } from '../backend.ts';
import { billingAccountService } from './accounts.ts';
import { customerService } from './customers.ts';
import { toServiceDefinition, type UnaryImplementation } from './grpc-service.ts';
import type { Operations } from './operations.ts';
import { createServe, type Serve } from './serve.ts';
import type { BillingStore } from './store.ts';
import { RequestCheck } from './validation.ts';

function operationService(
  operations: Operations,
  serve: Serve,
): UnaryImplementation<typeof OperationService> {
  function checkOperationId(operationId: string): void {
    const check = new RequestCheck();
    check.required('operation_id', operationId);
    check.done();
  }
  return {
    get: serve('OperationService.Get', ({ operationId }) => {
      checkOperationId(operationId);
      return operations.get(operationId);
    }),
    cancel: serve('OperationService.Cancel', ({ operationId }) => {
      checkOperationId(operationId);
      return operations.cancel(operationId);
    }),
  };
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

/** Serves the three billing services in plaintext on one port. */
export async function startBillingServer(
  context: BackendContext,
  store: BillingStore,
  operations: Operations,
  host: string,
  port: number,
): Promise<RunningServer> {
  // The sandbox accepts connections and passes them to grpc-js so that faults can close them.
  const sockets = new Map<string, Socket>();
  const grpc = new Server();
  const serve = createServe({
    ...context,
    disconnect: (peer) => sockets.get(peer)?.destroy(),
    pollIntervalSeconds: () => operations.timing.pollIntervalSeconds,
  });
  grpc.addService(toServiceDefinition(CustomerService), {
    ...customerService(store, operations, serve),
  });
  grpc.addService(toServiceDefinition(BillingAccountService), {
    ...billingAccountService(store, operations, serve),
  });
  grpc.addService(toServiceDefinition(OperationService), {
    ...operationService(operations, serve),
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const tcp = createServer((socket) => {
    const peer = peerOf(socket);
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  const bound = await listen(tcp, host, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
        injector.destroy();
        grpc.forceShutdown();
      }),
  };
}
