import type { IncomingMessage } from 'node:http';
import { RequestRefusedError } from './errors.ts';

/** Headers of which Node takes the first and drops the rest; a proxy before the API may have gone by the last. */
const SINGLE = ['host', 'authorization', 'content-type'];

/** The authority of a URL that is sent whole, as to a proxy. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/**
 * Refuses what may be read in two ways, of which whoever stands before the API may have taken the other.
 * @throws RequestRefusedError 400, or 417 for an expectation that is not known
 */
export function refuseAmbiguous(message: IncomingMessage): void {
  const { headers, httpVersion } = message;
  const doubled = SINGLE.find((name) => countOf(message, name) > 1);
  if (doubled !== undefined) throw refused(`the header ${doubled} must be sent once`);
  if (headers.host === undefined && httpVersion === '1.1') throw refused('the header host must be sent');
  const authority = AUTHORITY.exec(message.url ?? '')?.[1];
  if (authority !== undefined && authority.toLowerCase() !== headers.host?.toLowerCase()) {
    throw refused('the URL and the header host must name one host');
  }
  const { 'transfer-encoding': coding = 'chunked', expect = '100-continue' } = headers;
  if (coding.toLowerCase() !== 'chunked') throw refused('the header transfer-encoding must be chunked, or not be sent');
  if (expect.toLowerCase() !== '100-continue') {
    throw new RequestRefusedError(417, 'the header expect must be 100-continue, or not be sent');
  }
}

function countOf({ rawHeaders }: IncomingMessage, name: string): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length;
}

function refused(reason: string): RequestRefusedError {
  return new RequestRefusedError(400, reason);
}
