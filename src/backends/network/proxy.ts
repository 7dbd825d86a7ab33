import { BlockList, isIP } from 'node:net';

/** A host and port to connect to. An IPv6 address has no brackets. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** An HTTP proxy that opens tunnels with CONNECT. */
export interface ProxyServer extends Endpoint {
  /** Whether the connection to the proxy itself uses TLS. */
  readonly isTls: boolean;
  /** The Proxy-Authorization header; null without credentials. */
  readonly authorization: string | null;
}

export interface ProxySettings {
  /** URLs of proxies, which may contain credentials. */
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  /** Hosts that are connected to directly, in the format of NO_PROXY. */
  readonly noProxy?: string | undefined;
}

/** Chooses the proxy of each connection by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export class Proxies {
  readonly #https: ProxyServer | null;
  readonly #http: ProxyServer | null;
  readonly #direct: readonly Exception[];

  constructor({ httpsProxy, httpProxy, noProxy = '' }: ProxySettings) {
    this.#https = httpsProxy === undefined ? null : toProxy(httpsProxy);
    this.#http = httpProxy === undefined ? null : toProxy(httpProxy);
    this.#direct = noProxy
      .split(/[\s,]+/)
      .filter((entry) => entry !== '')
      .map(toException);
  }

  /**
   * The proxy for a connection; null when it is direct.
   * @param scheme `http` for plaintext HTTP; gRPC counts as `https`, also without TLS, as in Go
   */
  for(target: Endpoint, scheme: 'http' | 'https'): ProxyServer | null {
    const proxy = scheme === 'https' ? this.#https : this.#http;
    if (!proxy || this.#direct.some((isException) => isException(target))) return null;
    return proxy;
  }
}

/** `host:port`, with brackets around an IPv6 address. */
export function addressOf({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Parses `host:port`, where an IPv6 address has brackets. */
export function parseAddress(address: string): Endpoint {
  const colon = address.lastIndexOf(':');
  return { host: withoutBrackets(address.slice(0, colon)), port: Number(address.slice(colon + 1)) };
}

function toProxy(text: string): ProxyServer {
  const url = new URL(text.includes('://') ? text : `http://${text}`);
  const isTls = url.protocol === 'https:';
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    host: withoutBrackets(url.hostname),
    port: Number(url.port) || (isTls ? 443 : 80),
    isTls,
    authorization:
      credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

type Exception = (target: Endpoint) => boolean;

/**
 * One entry of NO_PROXY: `*`, an IP address, a range such as 10.0.0.0/8, or a domain, which includes its
 * subdomains; addresses and domains may have a port. As in curl, a leading dot changes nothing, and
 * ranges apply only to targets that are IP addresses.
 */
function toException(entry: string): Exception {
  if (entry === '*') return () => true;
  if (entry.includes('/')) return inRange(entry);
  const { name, port } = nameAndPort(entry);
  const domain = name.replace(/^\*?\.|\.$/g, '').toLowerCase();
  return (target) => {
    if (port !== null && port !== target.port) return false;
    const host = target.host.replace(/\.$/, '').toLowerCase();
    return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
  };
}

function nameAndPort(entry: string): { name: string; port: number | null } {
  if (isIP(entry) !== 0) return { name: entry, port: null };
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { name: withoutBrackets(name), port: port === undefined ? null : Number(port) };
}

function inRange(entry: string): Exception {
  const [network = '', prefix = ''] = entry.split('/');
  const version = isIP(network);
  const bits = Number(prefix);
  if (version === 0 || !/^\d+$/.test(prefix) || bits > (version === 4 ? 32 : 128)) {
    return () => false;
  }
  const range = new BlockList();
  range.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
  return ({ host }) => isIP(host) !== 0 && range.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL or an address without the brackets of an IPv6 address. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
