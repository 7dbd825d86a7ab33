/** Text that a vendor wrote, or that quotes one, with what must not be logged or shown taken out. */

export const REMOVED = '[removed]';

/**
 * No pattern begins inside a JSON escape such as `\n`, so that a line of JSON stays valid. Every
 * repetition is bounded, so that long text takes linear time.
 */
const START = String.raw`(?<!\\(?:u[\da-fA-F]{0,3})?)`;

/** A word begins here, also after an escaped line break, whose last character is a letter. */
const WORD = String.raw`(?:(?<!\w)|(?<=\\[bfnrt]))`;

function pattern(source: string): RegExp {
  return new RegExp(START + source, 'giu');
}

interface Sensitive {
  /** A quick check: text that it does not find does not have the pattern either. */
  readonly sign: RegExp;
  readonly found: RegExp;
  readonly replacement: string;
}

const NAMES = 'key|token|assertion|secret|password|passwd|signature|credential|authorization';

/** Credentials by their form or by the name in front of them, email addresses and phone numbers. */
const sensitive: readonly Sensitive[] = [
  {
    sign: /PRIVATE KEY/,
    found: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]{0,40}-----|$|(?="))/g,
    replacement: REMOVED,
  },
  {
    // A JSON Web Token, such as a signed assertion.
    sign: /eyj/i,
    found: pattern(String.raw`${WORD}eyJ[\w-]{6,4096}(?:\.[\w-]{0,4096}){1,4}`),
    replacement: REMOVED,
  },
  {
    // Access tokens of both vendors.
    sign: /ya29\.|t1\./i,
    found: pattern(String.raw`${WORD}(?:ya29\.|t1\.)[\w.-]{4,4096}`),
    replacement: REMOVED,
  },
  {
    sign: /bearer|basic/i,
    found: pattern(String.raw`${WORD}(bearer|basic)(?:\s{1,3}|%20)(?!token)[\w.~+/=-]{6,4096}`),
    replacement: `$1 ${REMOVED}`,
  },
  {
    sign: /=|%3d/i,
    found: pattern(
      String.raw`(${WORD}[\w-]{0,40}(?:${NAMES})(?:\\?["'])?(?:=|%3D))(?:\\?["'])?[^\s&"'\\,;}]{1,4096}`,
    ),
    replacement: `$1${REMOVED}`,
  },
  {
    // The password of a URL.
    sign: /:\/\//,
    found: pattern(
      String.raw`(${WORD}[a-z][a-z\d+.-]{1,30}:\/\/[^\s:@/"\\]{0,100}):[^\s@/"\\]{1,400}@`,
    ),
    replacement: `$1:${REMOVED}@`,
  },
  {
    sign: /@|%40/,
    found: pattern(
      String.raw`[\p{L}\p{N}._+%'-]{1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}`,
    ),
    replacement: REMOVED,
  },
  {
    sign: /[+(]/,
    found: pattern(
      String.raw`(?:\+\d[\d\s().-]{6,20}\d|${WORD}[78]?[\s-]?\(\d{3,4}\)[\s-]?\d{3}[\s-]?\d{2}[\s-]?\d{2}\b)`,
    ),
    replacement: REMOVED,
  },
];

/** All signs at once, in one pass: most log lines have none. */
const anySign = new RegExp(sensitive.map(({ sign }) => sign.source).join('|'), 'i');

/** Removes credentials, email addresses and phone numbers. Keeps a line of JSON valid. */
export function withoutSecrets(text: string): string {
  if (!anySign.test(text)) return text;
  let result = text;
  for (const { sign, found, replacement } of sensitive) {
    if (sign.test(result)) result = result.replace(found, replacement);
  }
  return result;
}

/** `password: x`, `"token": "x"` and `secret is x`, which text has and log fields must keep. */
const labelled =
  /\b([\w-]{0,40}(?:key|token|assertion|secret|password|passwd|credential|authorization)s?\b(?:\\?["'])?\s{0,3}(?:[:=]|\bis\b)\s{0,3}(?:\\?["'])?)([^\s"'\\,;}]{1,4096})/gi;
/** Words that look made up by a machine: long, with letters and digits. */
const machineWord = /(?<![\w+=-])(?=[\w+=-]{0,4096}\d)(?=[\w+=-]{0,4096}[a-z])[\w+=-]{10,4096}/gi;

/** The longest text of a vendor that is logged, in characters. */
const MAX_LOGGED = 2_000;

/** A vendor's error text for the log: without anything that can be a credential or personal data. */
export function vendorText(text: string): string {
  return withoutSecrets(text.slice(0, MAX_LOGGED))
    .replace(labelled, `$1${REMOVED}`)
    .replace(machineWord, REMOVED);
}

const MAX_DESCRIPTION = 300;

/** Signs of the vendor's internals or of personal data. */
const unsafe: readonly RegExp[] = [
  /[\p{Cc}<>{}\\@`]/u,
  // URLs, host names with and without a port, paths of files, IP addresses.
  /:\/\/|\bwww\.|\b[\w-]+:\d{2,5}\b|(?:^|[\s("'])\/[\w.-]+\/|\b\d{1,3}(?:\.\d{1,3}){3}\b/,
  /\b[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:[a-z]{2,24}|local|internal)\b/i,
  // Stack lines, file names with a line, exceptions, SQL.
  /\bat [\w$.]+[\s(]|\.\w{1,4}:\d+|Exception|Traceback|\bpanic\b|goroutine|\bSELECT\b/,
  // Ids, project and phone numbers.
  /\d{6}|\+\d[\d\s().-]{6}/,
  // The deployment: its project, account and quotas.
  /\bprojects?(?:\b|_)|\bgoogle cloud\b|\bservice account|\bconsole\b|\bquota metric|\bapi key/i,
  /\b(?:secret|password|passwd|token|assertion|bearer|authorization|credential|canary)/i,
  /(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{8}/i,
];

/** A vendor's description when clients may see it; otherwise `fallback`. */
export function safeDescription(text: string | undefined, fallback: string): string {
  const line = text?.replace(/\s+/g, ' ').trim();
  if (!line || line.length > MAX_DESCRIPTION) return fallback;
  return unsafe.some((sign) => sign.test(line)) ? fallback : line;
}

/** Whether a vendor's name of a field can be shown as a path. */
export function isFieldName(field: string): boolean {
  return /^[a-z_][\w-]{0,60}(?:(?:\.|\[)[\w-]{1,60}\]?){0,10}$/i.test(field);
}

/** Whether a vendor's request id can be shown. */
export function isRequestId(id: string): boolean {
  return /^[\w.:/+=-]{1,128}$/.test(id);
}
