import { InvalidStoreUrlError } from '../errors.ts';

/** Where a CouchDB server is, and as whom to speak to it. */
export interface StoreAddress {
  /** Of the server, without a database; may hold credentials. */
  readonly url: string;
  /** Wins over the one in the URL. */
  readonly user?: string;
  readonly password?: string;
}

/** An address in the parts that requests need. */
export interface ParsedAddress {
  /** Without credentials: safe to log. */
  readonly url: string;
  /** The `Authorization` header, where there are credentials. */
  readonly authorization?: string;
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
  return { url: plain, authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function parseUrl(text: string): URL {
  // The text is not repeated in errors: it may hold a password.
  if (!URL.canParse(text)) throw new InvalidStoreUrlError('it cannot be parsed');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidStoreUrlError(`its protocol is ${url.protocol}`);
  }
  return url;
}
