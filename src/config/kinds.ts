import { z } from 'zod';
import { decoded } from './percent.ts';

export interface KindInfo {
  /** Completes "NAME must be ...". */
  readonly format: string;
  /** The value is a credential or may contain one; the reference marks it. */
  readonly isSecret?: boolean;
  /** Problems do not quote the value: it is a secret, or a mistyped one may contain a secret. */
  readonly isHidden?: boolean;
  /** The value is the path of a file that must be readable. */
  readonly isFile?: boolean;
}

/** What each kind of value looks like, by its schema. */
export const kinds = z.registry<KindInfo>();

export const text = z.string().register(kinds, { format: 'text' });

/** The name of a claim, or a path of names into nested claims. */
export const claimPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/)
  .register(kinds, { format: 'the name of a claim, or a dotted path such as realm_access.roles' });

/** A token for an Authorization header. */
export const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .register(kinds, {
    format: 'a token of printable ASCII characters without spaces',
    isSecret: true,
    isHidden: true,
  });

export const keyFile = z
  .string()
  .register(kinds, { format: 'the path of a JSON key file', isFile: true });

export const jsonFile = z.string().register(kinds, { format: 'the path of a JSON file' });

/** A file of PEM certificates, or of a PEM private key. */
export const pemFile = z.string().register(kinds, { format: 'the path of a PEM file' });

function digits(min: number, max: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max));
}

export function integer(min: number, max: number) {
  return digits(min, max).register(kinds, { format: `an integer from ${min} to ${max}` });
}

export function milliseconds(min: number, max: number) {
  return digits(min, max).register(kinds, {
    format: `an integer from ${min} to ${max} (milliseconds)`,
  });
}

/** A number, or the path of a JSON file. */
export const seedOrStory = z
  .string()
  .regex(/^\d{1,10}$|.\.json$/)
  .transform((value) => (value.endsWith('.json') ? value : Number(value)))
  .pipe(z.union([z.string(), z.number().max(2 ** 31)]))
  .register(kinds, { format: `an integer from 0 to ${2 ** 31}, or the path of a .json file` });

export const port = integer(0, 65_535);

/** A share of all cases. */
export const share = z
  .string()
  .regex(/^\d*\.?\d+$/)
  .transform(Number)
  .pipe(z.number().max(1))
  .register(kinds, { format: 'a number from 0 to 1' });

export const boolean = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .register(kinds, { format: 'true or false' });

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values).register(kinds, { format: `one of ${values.join(', ')}` });
}

/** Items that are separated by commas or spaces. */
function list<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform((value) => value.split(/[\s,]+/))
    .pipe(z.array(item).min(1));
}

export function listOf<const T extends readonly string[]>(values: T) {
  return list(z.enum(values)).register(kinds, {
    format: `a comma-separated list of ${values.join(', ')}`,
  });
}

export const host = z
  .string()
  .regex(/^[\w.:-]+$/)
  .register(kinds, { format: 'a host name or an IP address without brackets' });

export const hostPort = z
  .string()
  .regex(/^(\[[\da-fA-F:]+\]|[\w.-]+):\d{1,5}$/)
  .refine((value) => {
    const number = Number(value.slice(value.lastIndexOf(':') + 1));
    return number >= 1 && number <= 65_535;
  })
  .register(kinds, { format: 'host:port' });

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

export const httpUrl = z
  .string()
  .refine(isHttpUrl)
  .register(kinds, { format: 'an http or https URL', isHidden: true });

/** The scheme may be missing, as in curl. The credentials of a proxy are in its URL. */
export const proxyUrl = z
  .string()
  .refine((value) => {
    const text = value.includes('://') ? value : `http://${value}`;
    if (!isHttpUrl(text)) return false;
    const { username, password, pathname, search, hash } = new URL(text);
    return decoded(username + password) !== undefined && `${pathname}${search}${hash}` === '/';
  })
  .register(kinds, {
    format: 'the URL of an http or https proxy, such as http://proxy.example:3128',
    isSecret: true,
    isHidden: true,
  });

/** An HTTP URL of a host and a path only. */
export const plainUrl = z
  .string()
  .refine((value) => {
    if (!isHttpUrl(value)) return false;
    const { username, password, search, hash } = new URL(value);
    return username + password + search + hash === '';
  })
  .register(kinds, {
    format: 'an http or https URL without credentials, query and fragment',
    isHidden: true,
  });

export const databaseUrl = z
  .string()
  .regex(/^(sqlite:|postgres(ql)?:\/\/)./)
  .register(kinds, { format: 'sqlite:PATH or postgres://...', isSecret: true, isHidden: true });

export const pubsubSubscription = z
  .string()
  .regex(/^projects\/[\w.:-]+\/subscriptions\/[A-Za-z][\w.~+%-]{2,254}$/)
  .register(kinds, { format: 'projects/PROJECT/subscriptions/SUBSCRIPTION' });

export const files = list(z.string().min(1)).register(kinds, {
  format: 'a comma-separated list of paths',
});

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text);

export const origins = list(origin).register(kinds, {
  format: 'a comma-separated list of origins such as https://portal.example',
});

/** Names, separated by commas or spaces. */
export const names = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter((name) => name !== ''))
  .pipe(z.array(z.string()).min(1))
  .register(kinds, { format: 'a comma-separated list of names' });
