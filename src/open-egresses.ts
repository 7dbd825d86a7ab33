import { Egress } from './backends/network/egress.ts';
import { Proxies } from './backends/network/proxy.ts';
import type { GatewaySettings } from './config/gateway-settings.ts';
import { readTlsFiles, rereadTlsFiles, type TlsFiles } from './config/tls-files.ts';
import type { Logger } from './log.ts';

/**
 * How the connections of each part leave the gateway; `other` are those to Pub/Sub and for the public
 * keys of issuers. Reads the files of certificates and keys again in intervals: they are replaced before they expire.
 * @throws ConfigError when a file of certificates or keys cannot be used at first
 */
export function openEgresses(settings: GatewaySettings, log: Logger) {
  const { HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy, NO_PROXY: noProxy } = settings.network;
  const files = readTlsFiles(settings);
  const { authorities, billing, reseller } = files;
  const options = { authorities, proxies: new Proxies({ httpsProxy, httpProxy, noProxy }) };
  const egresses = {
    billing: new Egress({ ...options, identity: billing }),
    reseller: new Egress({ ...options, identity: reseller }),
    other: new Egress(options),
  };
  const stop = watchFiles(settings, files, log, ({ authorities, billing, reseller }) => {
    egresses.billing.replaceTls({ authorities, identity: billing });
    egresses.reseller.replaceTls({ authorities, identity: reseller });
    egresses.other.replaceTls({ authorities });
  });
  return {
    ...egresses,
    /** Closes the connections of `fetch`, and no longer reads the files of certificates. */
    async close() {
      stop();
      for (const egress of Object.values(egresses)) await egress.close();
    },
  };
}

/** Returns a function that ends the watch. A problem is logged once, until it changes. */
function watchFiles(
  settings: GatewaySettings,
  first: TlsFiles,
  log: Logger,
  use: (files: TlsFiles) => void,
): () => void {
  const { TLS_CA_FILE } = settings.network;
  const { billing, reseller } = first;
  if (TLS_CA_FILE === undefined && !billing && !reseller) return () => {};
  let current = first;
  let logged = '';
  const reread = (): void => {
    const { files, problems, changed } = rereadTlsFiles(settings, current);
    if (problems.join() !== logged && problems.length > 0) {
      log.warn({ problems }, 'TLS files cannot be used, keeping the previous certificates');
    }
    logged = problems.join();
    if (changed.length === 0) return;
    use(files);
    current = files;
    log.info({ settings: changed }, 'TLS files changed, new connections use them');
  };
  const timer = setInterval(() => {
    try {
      reread();
    } catch (err) {
      log.warn({ err }, 'TLS files cannot be used, keeping the previous certificates');
    }
  }, settings.network.TLS_RELOAD_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
