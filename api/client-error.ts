import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_TYPE, type Problem } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

const NO_HTTP: Answer = [400, 'this is no HTTP request'];

/** A status and what is told beside it. */
type Answer = readonly [status: number, detail: string];

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'the request did not come in time']],
  ['HPE_HEADER_OVERFLOW', [431, 'the URL and the headers are too large together']],
]);

/** Answers what is no HTTP request at all, and ends its connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(answer(ANSWERS.get(error.code ?? '') ?? NO_HTTP));
  socket.destroy(error);
}

/** Answers a request for a tunnel. */
export function refuseTunnel(_request: unknown, socket: Duplex): void {
  // Nobody else listens to this connection any more.
  socket.on('error', () => socket.destroy());
  socket.end(answer([501, 'this is no proxy: CONNECT is not taken']));
}

function answer([status, detail]: Answer): string {
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = { type: 'about:blank', title, status, detail, instance: '/' };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
