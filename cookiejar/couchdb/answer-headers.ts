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

/**
 * Connections whose answers are noted for {@link noting}.
 * @param ca - the certificates, as PEM, that alone may vouch for the server; by default those that Node trusts
 */
export function createAgent(ca?: string): Dispatcher {
  return new Agent(ca === undefined ? {} : { connect: { ca } }).compose((dispatch) => (options, handler) => {
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
      // nano would keep cookies of its own: for ever those without an end, and in place of our session's.
      handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
    onResponseError: (controller, error) => {
      if ('code' in error && typeof error.code === 'string') noted.failure = error.code;
      handler.onResponseError?.(controller, error);
    },
  };
}
