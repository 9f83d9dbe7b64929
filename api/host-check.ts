import type { FastifyRequest } from 'fastify';
import { isChange } from './changes.ts';
import { RequestRefusedError } from './errors.ts';
import { isLoopbackAddress } from './loopback.ts';

/** Which host names are answered. */
export interface HostRules {
  /** Names and addresses, without a port. */
  readonly hosts: readonly string[];
  /** Whether others than these and this machine's own are refused. */
  readonly strict: boolean;
}

type Asked = Pick<FastifyRequest, 'headers' | 'method'>;

/**
 * Refuses what a page of another site made a browser send. A name of an attacker's that leads to this machine (DNS
 * rebinding) makes his page and this API one site to the browser: only the name that was asked for gives it away.
 * @throws RequestRefusedError 421 for another host's name, 403 for a change that another site's page asks for
 */
export function refuseOtherSites({ headers, method }: Asked, { hosts, strict }: HostRules): void {
  const host = nameOf(headers.host);
  const known = hosts.map((name) => nameOf(bracketed(name)));
  if (strict && !isLocal(host) && !known.includes(host)) throw wrongHost(headers.host);
  if (isChange(method)) refuseOtherOrigins(headers, known);
}

function refuseOtherOrigins(headers: Asked['headers'], known: readonly (string | undefined)[]): void {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site === 'cross-site' || site === 'same-site') throw otherOrigin(`says Sec-Fetch-Site: ${site}`);
  if (origin === undefined || hostOf(origin) === host?.toLowerCase()) return;
  // Behind a proxy, the page's own address is not the one that the proxy asks for.
  const name = nameOf(hostOf(origin));
  if (name === undefined || !known.includes(name)) throw otherOrigin(`comes from ${JSON.stringify(origin)}`);
}

function isLocal(name: string | undefined): boolean {
  if (name === undefined) return false;
  return name === 'localhost' || isLoopbackAddress(name.replaceAll(/^\[|\]$/g, ''));
}

/** Name or address of a `Host` header, without its port, as URLs have it; undefined where it is none. */
function nameOf(host: string | undefined): string | undefined {
  // What a URL has beside a host would be taken for something else.
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
}

function bracketed(name: string): string {
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

/** `host:port` of an origin. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function wrongHost(host: string | undefined): RequestRefusedError {
  const asked = host === undefined ? 'a request without the header Host' : `the host name ${JSON.stringify(host)}`;
  return new RequestRefusedError(
    421,
    `this API does not answer ${asked}: ask localhost or 127.0.0.1, or list the name in api.hosts of cookie-monster.json`,
  );
}

function otherOrigin(reason: string): RequestRefusedError {
  return new RequestRefusedError(403, `changes are not taken from pages of other sites: the request ${reason}`);
}
