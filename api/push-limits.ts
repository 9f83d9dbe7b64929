import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnavailableError } from './errors.ts';

/** How much of pushes may be under way at once. A push that comes while none is under way is always taken, and a small one as well. */
export interface PushBounds {
  /** Cookies that are not woken yet. */
  readonly cookies: number;
  /** Bytes of bodies. */
  readonly bytes: number;
}

/** Seconds: cookies in their tens leave each second, so that a new push has a chance by then. */
const RETRY_AFTER_S = 30;

/** A push of so few cookies is somebody's who waits: it goes first, and is always taken. */
export const FEW_COOKIES = 20;

/** Bytes: so small a body takes no room worth counting. */
const SMALL_BODY = 64 * 1024;

/** Knows how much of pushes is under way, and refuses what would be too much before any of it is stored. */
export class PushLimits {
  readonly #bounds: PushBounds;
  #cookies = 0;
  #bytes = 0;

  constructor(bounds: PushBounds) {
    this.#bounds = bounds;
  }

  /**
   * Takes in a request whose body is still to be read, and counts it until it is answered or gone.
   * @throws UnavailableError where the bodies under way and this one are too large together
   */
  admitBody({ headers }: Pick<FastifyRequest, 'headers'>, reply: Pick<FastifyReply, 'raw'>, largest: number): void {
    const bytes = Math.min(Number(headers['content-length'] ?? largest) || 0, largest);
    if (bytes <= SMALL_BODY) return;
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bounds.bytes) throw tooMuch();
    this.#bytes += bytes;
    reply.raw.once('close', () => {
      this.#bytes -= bytes;
    });
  }

  /**
   * Takes in so many cookies.
   * @returns what is to be told when some of them, or all that are left, are done with
   * @throws UnavailableError where too many wait to be woken with them
   */
  admitCookies(count: number): (done?: number) => void {
    if (count <= FEW_COOKIES) return () => {};
    if (this.#cookies > 0 && this.#cookies + count > this.#bounds.cookies) throw tooMuch();
    this.#cookies += count;
    let left = count;
    return (done = left) => {
      this.#cookies -= done;
      left -= done;
    };
  }
}

function tooMuch(): UnavailableError {
  return new UnavailableError('more is being pushed than cookies can be processed; nothing of this push is stored', {
    retryAfter: RETRY_AFTER_S,
  });
}
