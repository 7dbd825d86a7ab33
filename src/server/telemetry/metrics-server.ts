import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../log.ts';
import { pathOf } from '../request-target.ts';
import { collectMetrics, type MetricSources } from './metrics.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves metrics to Prometheus on a listener of its own. Collects from now on. */
export function createMetricsServer(sources: MetricSources, log: Logger) {
  const collector = collectMetrics(sources);
  const server = createServer((request, response) => {
    if (pathOf(request) !== '/metrics') return void response.writeHead(404).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    collector.scrape().then(
      (text) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
      (err: unknown) => {
        log.error({ err }, 'metrics not collected');
        response.writeHead(500).end();
      },
    );
  });
  return {
    /** Port 0 selects a free port. Resolves with the URL of the metrics. */
    async listen(host: string, port: number): Promise<string> {
      server.listen(port, host);
      await once(server, 'listening');
      const { port: chosen } = server.address() as AddressInfo;
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${chosen}/metrics`;
      log.info({ url }, 'metrics are served');
      return url;
    },
    close: () =>
      new Promise<void>((resolve) => {
        collector.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
