import { addressOf, type Endpoint } from './proxy.ts';

/**
 * A connection that could not be established, or was ended because of a certificate. The message is for
 * the log and says what to do; it contains no credentials.
 */
export class ConnectFailure extends Error {
  readonly kind: 'PROXY' | 'TLS';
  /** The code of the underlying error, or one of this file. */
  readonly code: string;
  /** Whether the same connection may succeed later without a change of the configuration. */
  readonly retryable: boolean;

  constructor(
    kind: ConnectFailure['kind'],
    message: string,
    details: { code: string; retryable: boolean; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.name = 'ConnectFailure';
    this.kind = kind;
    this.code = details.code;
    this.retryable = details.retryable;
  }
}

/** The reason in the messages that clients receive, without host names; null for other failures. */
export function publicReason(error: unknown): string | null {
  if (!(error instanceof ConnectFailure)) return null;
  return error.kind === 'PROXY'
    ? 'the gateway cannot connect through its proxy'
    : 'no trusted TLS connection can be established';
}

/** A proxy that cannot be reached, or that did not open a tunnel in time. */
export function proxyUnreachable(proxy: Endpoint, target: Endpoint, cause?: unknown) {
  const reason = codeOf(cause);
  const message = `no connection to ${addressOf(target)} through the proxy ${addressOf(proxy)}`;
  return new ConnectFailure('PROXY', reason === '' ? message : `${message} (${reason})`, {
    code: 'PROXY_UNREACHABLE',
    retryable: true,
    cause,
  });
}

/** A proxy that answered CONNECT with a status other than 2xx. */
export function proxyRefused(proxy: Endpoint, target: Endpoint, status: number): ConnectFailure {
  const subject = `the proxy ${addressOf(proxy)}`;
  const message =
    status === 407
      ? `${subject} requires other credentials for ${addressOf(target)} (status 407); check the user name and password in HTTPS_PROXY`
      : `${subject} refused to connect to ${addressOf(target)} (status ${status})`;
  return new ConnectFailure('PROXY', message, { code: 'PROXY_REFUSED', retryable: status !== 407 });
}

const unknownAuthority = 'is signed by an unknown authority; add its certificate to TLS_CA_FILE';
/** What is wrong with the certificate of a server, by the code of Node's error. */
const serverCertificate: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_HAS_EXPIRED: 'or of its authority has expired; renew it',
  CERT_NOT_YET_VALID: 'is not valid yet; check the clocks of the server and of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for other host names; check the host name of the endpoint',
};

/**
 * The failure with an explanation when a certificate or TLS is the reason; the error itself otherwise.
 * @param server what failed, by its address
 * @param certificateSetting the setting of the client certificate for this server
 */
export function explained(error: unknown, server: string, certificateSetting: string): unknown {
  if (error instanceof ConnectFailure) return error;
  const code = codeOf(error);
  const problem = serverCertificate[code];
  const message =
    problem === undefined
      ? protocolProblem(code, server, certificateSetting)
      : `the certificate of ${server} ${problem}`;
  if (message === null) return error;
  return new ConnectFailure('TLS', message, { code, retryable: false, cause: error });
}

/** Some servers close the connection instead of reporting a certificate that is missing or rejected. */
export function closedAfterHandshake(server: string, certificateSetting: string): ConnectFailure {
  const message = `${server} closed the connection after the TLS handshake; if it requires a client certificate that it trusts, check ${certificateSetting}`;
  return new ConnectFailure('TLS', message, { code: 'CLOSED_AFTER_HANDSHAKE', retryable: true });
}

/** A server reports what it thinks of the client's certificate with a TLS alert. */
function protocolProblem(code: string, server: string, setting: string): string | null {
  if (!code.startsWith('ERR_SSL_')) return null;
  if (/ALERT_.*CERT|ALERT_UNKNOWN_CA|HANDSHAKE_FAILURE/.test(code)) {
    return `${server} requires a client certificate that it trusts (${code}); check ${setting}`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) {
    return `${server} does not use TLS (${code}); check the endpoint`;
  }
  return null;
}

export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
