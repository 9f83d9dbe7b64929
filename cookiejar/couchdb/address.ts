import { InvalidStoreUrlError } from '../errors.ts';

/** Where a CouchDB server is, and as whom to speak to it. */
export interface StoreAddress {
  /** Of the server, without a database; may hold credentials. */
  readonly url: string;
  /** Wins over the one in the URL. */
  readonly user?: string;
  readonly password?: string;
  /** Certificates as PEM: of https servers, only those that these vouch for are spoken to. @default those that Node trusts */
  readonly ca?: string;
}

/** As whom to speak to a server. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** An address in the parts that requests need. */
export interface ParsedAddress {
  /** Without credentials: safe to log. */
  readonly url: string;
  /** Where there are any. */
  readonly credentials?: Credentials;
}

/** @throws InvalidStoreUrlError */
export function parseAddress(address: StoreAddress): ParsedAddress {
  const url = parseUrl(address.url);
  const user = address.user ?? decodeURIComponent(url.username);
  const password = address.password ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const plain = url.href.replace(/\/$/, '');
  if (user === '') return { url: plain };
  return { url: plain, credentials: { name: user, password } };
}

/** The `Authorization` header that brings credentials with every request. */
export function basicAuthorization({ name, password }: Credentials): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function parseUrl(text: string): URL {
  // The text is not repeated in errors: it may hold a password.
  if (!URL.canParse(text)) throw new InvalidStoreUrlError('it cannot be parsed');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidStoreUrlError(`its protocol is ${url.protocol}`);
  }
  if (/[?#]/.test(url.href)) throw new InvalidStoreUrlError('it has a ? or #');
  return url;
}
