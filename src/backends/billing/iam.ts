import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Metadata } from '@grpc/grpc-js';
import { IamTokenService } from '../../gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import type { IssuedToken } from '../credential-refreshing.ts';
import { Channel } from './transport.ts';

const EXCHANGE_TIMEOUT_MS = 10_000;
/** When IAM does not say; the documented advice is to ask again about every hour. */
const DEFAULT_LIFE_MS = 3_600_000;

/**
 * Exchanges a service account's JWT for an IAM token, by IamTokenService/Create. Tokens are few and
 * far between, so each exchange has a channel of its own that is closed again.
 * @param address host:port of IAM
 */
export function iamExchange(address: string, tls: boolean) {
  return async (jwt: string, signal: AbortSignal): Promise<IssuedToken> => {
    const channel = new Channel(address, tls);
    try {
      const method = IamTokenService.method.create;
      const request = create(method.input, { identity: { case: 'jwt', value: jwt } });
      const call = { metadata: new Metadata(), signal, timeoutMs: EXCHANGE_TIMEOUT_MS };
      const { message } = await channel.unary(method, request, call);
      const { expiresAt, iamToken: token } = message;
      const life = new Date(Date.now() + DEFAULT_LIFE_MS);
      return { token, expiresAt: expiresAt ? timestampDate(expiresAt) : life };
    } finally {
      channel.close();
    }
  };
}
