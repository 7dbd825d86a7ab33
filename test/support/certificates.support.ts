import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A certificate and its private key: the paths of the files and their contents. */
export interface Issued {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Issued {
  /** A certificate for 127.0.0.1, localhost and `name`, signed by this authority. */
  issue(name: string, options?: IssueOptions): Issued;
}

export interface IssueOptions {
  /** Days until it expires; a negative number has passed. */
  readonly days?: number;
  /** Whether the certificate is for `name` only. */
  readonly nameOnly?: boolean;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A local certificate authority. Its files are deleted after the tests of the file; call it outside of tests. */
export function createAuthority(name = 'Test CA'): Authority {
  const directory = mkdtempSync(join(tmpdir(), 'authority-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const pathOf = (file: string): string => join(directory, file);
  const own = { certificateFile: pathOf('ca.pem'), keyFile: pathOf('ca.key') };
  openssl('req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-days', '2', ...outputs(own));
  let issued = 0;
  return {
    ...withContents(own),
    issue(subject, { days = 1, nameOnly = false } = {}) {
      const id = `${++issued}`;
      const files = { certificateFile: pathOf(`${id}.pem`), keyFile: pathOf(`${id}.key`) };
      const names = nameOnly ? [] : ['IP:127.0.0.1', 'DNS:localhost'];
      writeFileSync(pathOf('san'), `subjectAltName=${[...names, `DNS:${subject}`].join(',')}`);
      const request = pathOf(`${id}.csr`);
      const subjectOption = ['-subj', `/CN=${subject}`];
      openssl('req', ...newKey, ...subjectOption, '-keyout', files.keyFile, '-out', request);
      const signer = ['-CA', own.certificateFile, '-CAkey', own.keyFile, '-CAcreateserial'];
      const extensions = ['-extfile', pathOf('san'), '-days', `${days}`];
      openssl(
        'x509',
        '-req',
        '-in',
        request,
        ...signer,
        ...extensions,
        '-out',
        files.certificateFile,
      );
      return withContents(files);
    },
  };
}

type Files = Pick<Issued, 'certificateFile' | 'keyFile'>;

function outputs({ certificateFile, keyFile }: Files): string[] {
  return ['-keyout', keyFile, '-out', certificateFile];
}

function withContents(files: Files): Issued {
  const { certificateFile, keyFile } = files;
  const key = readFileSync(keyFile, 'utf8');
  return { ...files, key, certificate: readFileSync(certificateFile, 'utf8') };
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
