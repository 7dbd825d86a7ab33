import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { GatewaySettings } from './gateway-settings.ts';
import { fileProblem, readTextFile } from './json-file.ts';
import { ConfigError } from './settings.ts';

/** A client certificate and its private key, in PEM format, and the setting that names the file. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly setting: string;
}

export interface TlsFiles {
  /** PEM certificates of authorities that are trusted in addition to Node's. */
  readonly authorities: readonly string[];
  readonly billing: ClientCertificate | null;
  readonly reseller: ClientCertificate | null;
}

/** Which settings each part of the files comes from. */
const settingsOfFiles = {
  authorities: ['TLS_CA_FILE'],
  billing: ['BILLING_TLS_CERT_FILE', 'BILLING_TLS_KEY_FILE'],
  reseller: ['RESELLER_TLS_CERT_FILE', 'RESELLER_TLS_KEY_FILE'],
} as const;

/**
 * Reads and checks the certificates and keys of the settings.
 * @throws ConfigError with every problem
 */
export function readTlsFiles(settings: GatewaySettings): TlsFiles {
  const { files, problems } = rereadTlsFiles(settings, noFiles);
  if (problems.length > 0) throw new ConfigError(problems);
  return files;
}

const noFiles: TlsFiles = { authorities: [], billing: null, reseller: null };

/** The files as they are now. */
export interface Reread {
  /** A part that cannot be used, such as a file that is half written, is the previous one. */
  readonly files: TlsFiles;
  /** Sentences that name the setting and the path, never the contents. */
  readonly problems: readonly string[];
  /** The settings of the parts that differ from the previous ones. */
  readonly changed: readonly string[];
}

/** Reads and checks the certificates and keys of the settings again. */
export function rereadTlsFiles(
  { network, billing, reseller }: GatewaySettings,
  previous: TlsFiles,
): Reread {
  const problems: string[] = [];
  const changed: string[] = [];
  const attempt = <K extends keyof TlsFiles>(part: K, read: () => TlsFiles[K]): TlsFiles[K] => {
    try {
      const current = read();
      if (isDeepStrictEqual(current, previous[part])) return previous[part];
      changed.push(...settingsOfFiles[part]);
      return current;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return previous[part];
    }
  };
  const files: TlsFiles = {
    authorities: attempt('authorities', () => readAuthorities(network.TLS_CA_FILE)),
    billing: attempt('billing', () => {
      const { BILLING_TLS_CERT_FILE: certificate, BILLING_TLS_KEY_FILE: key } = billing;
      return readClientCertificate('BILLING', certificate, key);
    }),
    reseller: attempt('reseller', () => {
      const { RESELLER_TLS_CERT_FILE: certificate, RESELLER_TLS_KEY_FILE: key } = reseller;
      return readClientCertificate('RESELLER', certificate, key);
    }),
  };
  return { files, problems, changed };
}

/** A file of a setting. Problems name the setting and the path, never the contents. */
interface PemFile {
  readonly setting: string;
  readonly path: string;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readAuthorities(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  const file = { setting: 'TLS_CA_FILE', path };
  const { texts, certificates } = readCertificates(file);
  // Bundles keep old certificates; one that is valid is enough.
  const problems = certificates.map(validityProblem);
  if (!problems.includes(null)) throw problemOf(file, problems[0] ?? 'is empty');
  return texts;
}

function readClientCertificate(
  backend: 'BILLING' | 'RESELLER',
  path: string | undefined,
  keyPath: string | undefined,
): ClientCertificate | null {
  if (path === undefined || keyPath === undefined) return null;
  const file = { setting: `${backend}_TLS_CERT_FILE`, path };
  const keyFile = { setting: `${backend}_TLS_KEY_FILE`, path: keyPath };
  const { texts, certificates } = readCertificates(file);
  const [own] = certificates;
  const problem = own && validityProblem(own);
  if (problem) throw problemOf(file, problem);
  const key = readTextFile(keyFile.setting, keyFile.path);
  if (!own?.checkPrivateKey(parseKey(keyFile, key))) {
    throw problemOf(keyFile, `is not the private key of the first certificate in ${path}`);
  }
  const certificate = texts.join('\n');
  checkUsable(file, certificate, key);
  return { certificate, key, setting: file.setting };
}

/** OpenSSL also rejects certificates that are valid but weak. */
function checkUsable(file: PemFile, cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : 'rejected';
    throw problemOf(file, `cannot be used for TLS (${reason})`);
  }
}

function readCertificates(file: PemFile) {
  const texts = readTextFile(file.setting, file.path).match(pemCertificate) ?? [];
  if (texts.length === 0) throw problemOf(file, 'contains no certificate in PEM format');
  const certificates = texts.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch {
      throw problemOf(file, `has an invalid certificate at position ${index + 1}`);
    }
  });
  return { texts, certificates };
}

function validityProblem(certificate: X509Certificate): string | null {
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() < Date.now()) return `expired on ${validToDate.toISOString()}`;
  if (validFromDate.getTime() <= Date.now()) return null;
  return `is not valid before ${validFromDate.toISOString()}`;
}

function parseKey(file: PemFile, text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) throw problemOf(file, 'is encrypted; store it without a passphrase');
  try {
    return createPrivateKey(text);
  } catch {
    throw problemOf(file, 'contains no private key in PEM format');
  }
}

function problemOf({ setting, path }: PemFile, problem: string): ConfigError {
  return fileProblem(setting, path, problem);
}
