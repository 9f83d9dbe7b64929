import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type Dispatcher } from 'undici';

/** Of the headers of an answer, those that nano keeps to itself. */
export interface AnswerHeaders {
  /** `Retry-After` as it came. */
  retryAfter?: string;
  /** Cookies to send from now on, as `name=value` each. */
  cookies?: readonly string[];
  /** Why there is no answer: Node's code for it. */
  failure?: string;
}

const underWay = new AsyncLocalStorage<AnswerHeaders>();

/** The failure of a request whose answer has more bytes than are read. */
export const TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/**
 * Connections whose answers are noted for {@link noting}.
 * @param maxAnswerBytes - larger answers are cut off there, as {@link TOO_LARGE}
 * @param ca - the certificates, as PEM, that alone may vouch for the server; by default those that Node trusts
 */
export function createAgent(maxAnswerBytes: number, ca?: string): Dispatcher {
  const agent = new Agent({ maxResponseSize: maxAnswerBytes, ...(ca !== undefined && { connect: { ca } }) });
  return agent.compose((dispatch) => (options, handler) => {
    const headers = underWay.getStore();
    return dispatch(options, headers ? readingHeaders(handler, headers) : handler);
  });
}

/** Makes a request over such connections, and notes the headers of its answer. */
export async function noting<T>(headers: AnswerHeaders, request: () => Promise<T>): Promise<T> {
  return underWay.run(headers, request);
}

function readingHeaders(handler: Dispatcher.DispatchHandler, noted: AnswerHeaders): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (...request) => handler.onRequestStart?.(...request),
    onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
    onResponseStart: (controller, status, { 'set-cookie': cookies, ...headers }, message) => {
      const { 'retry-after': retryAfter } = headers;
      if (typeof retryAfter === 'string') noted.retryAfter = retryAfter;
      if (cookies !== undefined) noted.cookies = [cookies].flat().map((cookie) => cookie.split(';')[0] ?? '');
      // nano would keep cookies of its own: for ever those without an end, and in place of our session's. And where what is
      // no JSON, by its type, is cut off, nano rejects a promise that nobody can wait for, which ends the process.
      handler.onResponseStart?.(controller, status, { ...headers, 'content-type': 'application/json' }, message);
    },
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (controller, error) => {
      if ('code' in error && typeof error.code === 'string') noted.failure = error.code;
      handler.onResponseError?.(controller, error);
    },
  };
}
