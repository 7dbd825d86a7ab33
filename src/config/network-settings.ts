import { z } from 'zod';
import { milliseconds, pemFile, proxyUrl, text } from './kinds.ts';

/** How the gateway connects to backends, token endpoints and issuers of keys. */
export const network = z.object({
  TLS_CA_FILE: pemFile
    .optional()
    .describe(
      'Certificates of authorities that are trusted for every outgoing TLS connection except PostgreSQL, in addition to those of Node.',
    ),
  TLS_RELOAD_INTERVAL_MS: milliseconds(100, 86_400_000)
    .prefault('60000')
    .describe(
      'Time after which the files of authorities, client certificates and their keys are read again.',
    ),
  HTTPS_PROXY: proxyUrl
    .optional()
    .describe(
      'Proxy for gRPC and https connections. `https_proxy` has the same effect and takes precedence.',
    ),
  HTTP_PROXY: proxyUrl
    .optional()
    .describe('Proxy for http URLs. `http_proxy` has the same effect and takes precedence.'),
  NO_PROXY: text
    .optional()
    .describe(
      'Comma-separated hosts that are connected to directly: domains (with their subdomains), IP addresses, ranges such as 10.0.0.0/8, or `*`. A host may have a port. `no_proxy` has the same effect and takes precedence.',
    ),
});

/** Names of variables that other programs read in lower case too, and which win there. */
export const lowerCaseNames = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const;
