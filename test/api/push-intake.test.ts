import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { UnavailableError } from '../../api/errors.ts';
import { PushIntake } from '../../api/push-intake.ts';
import { PushLimits } from '../../api/push-limits.ts';
import { WakeDesk } from '../../api/wake-desk.ts';
import type { CookieUpdate, EnrichOutcome } from '../../cookiejar/cookie-jar.ts';
import { DocumentTooLargeError } from '../../cookiejar/errors.ts';
import type { WakeCookie, WakeOptions } from '../../workflows/client/wake.ts';

const PLENTY = { cookies: 10_000, bytes: 1e9 };
const never = new AbortController().signal;

function updates(count: number): CookieUpdate[] {
  return Array.from({ length: count }, (_, n) => ({
    identifier: `/${n}`,
    enrichments: [{ source: 'a', timestamp: '2026-01-05T06:00:00.000Z', metadata: {} }],
  }));
}

class World {
  readonly stored: number[] = [];
  readonly woken: string[] = [];
  readonly options: (WakeOptions | undefined)[] = [];
  readonly desk: WakeDesk;
  readonly intake: PushIntake;

  constructor(wake: WakeCookie = async () => {}, bounds = PLENTY) {
    const jar = {
      enrich: async (all: readonly CookieUpdate[]): Promise<EnrichOutcome[]> => {
        this.stored.push(all.length);
        return all.map(({ identifier, enrichments }) => ({
          identifier,
          stored: [...enrichments],
          knowledge: 'k',
          unsettled: true,
        }));
      },
    };
    const noted: WakeCookie = async (identifier, kind, options) => {
      this.options.push(options);
      await wake(identifier, kind, options);
      this.woken.push(identifier);
    };
    this.desk = new WakeDesk(noted);
    this.intake = new PushIntake(jar, this.desk, new PushLimits(bounds));
  }
}

describe('a push', () => {
  it('of a few goes first, one of many lets others pass', async () => {
    const few = new World();
    await few.intake.take(updates(20), never);
    expect(few.options.map((options) => options?.inBulk)).toEqual(Array.from({ length: 20 }, () => false));
    const many = new World();
    await many.intake.take(updates(21), never);
    expect(many.options.every((options) => options?.inBulk === true)).toBe(true);
  });

  it('of very many is stored and woken part by part, and answered in order', async () => {
    const world = new World();
    const outcomes = await world.intake.take(updates(1200), never);
    expect(world.stored).toEqual([500, 500, 200]);
    expect(outcomes.map(({ identifier }) => identifier)).toEqual(updates(1200).map(({ identifier }) => identifier));
    expect(world.woken).toHaveLength(1200);
  });

  it('that is not woken in time stores no more of itself, and tells how far it came and when to come again', async () => {
    const late = new AbortController();
    const world = new World(async (identifier, _kind, options) => {
      if (identifier === '/499') late.abort(new Error('too late'));
      options?.signal?.throwIfAborted();
    });
    const taking = world.intake.take(updates(1200), late.signal);
    await expect(taking).rejects.toMatchObject({
      retryAfter: expect.any(Number),
      message: expect.stringMatching(/500 of 1200 are stored, but 1 of 500 cookies could not be woken/),
    });
    expect(world.stored).toEqual([500]);
  });

  it('wakes those that are stored beside one that cannot be', async () => {
    const world = new World();
    const jar = {
      enrich: async (): Promise<EnrichOutcome[]> => {
        throw new DocumentTooLargeError('cookie:/1', 9_000_000, 8_000_000);
      },
    };
    const intake = new PushIntake(jar, world.desk, new PushLimits(PLENTY));
    await expect(intake.take(updates(3), never)).rejects.toThrow(DocumentTooLargeError);
    expect(world.woken).toEqual(['/0', '/1', '/2']);
  });

  it('is refused before any of it is stored while too many others wait, but taken where none does, and where it is small', async () => {
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const world = new World(async () => gate, { cookies: 30, bytes: 1e9 });
    const first = world.intake.take(updates(40), never);
    await setImmediate();
    const second = world.intake.take(updates(21), never);
    await expect(second).rejects.toThrow(UnavailableError);
    await expect(second).rejects.toMatchObject({ retryAfter: 30 });
    expect(world.stored).toEqual([40]);
    const few = world.intake.take(updates(20), never);
    go();
    await Promise.all([first, few]);
    await world.intake.take(updates(21), never);
    expect(world.stored).toEqual([40, 20, 21]);
  });
});

const KIB = 1024;

describe('bodies of pushes', () => {
  const reply = () => ({ raw: new EventEmitter() }) as unknown as Parameters<PushLimits['admitBody']>[1];
  const body = (bytes?: number) => ({ headers: bytes === undefined ? {} : { 'content-length': String(bytes) } });

  it('are refused while too much is under way, by what they say of their length or else by the most they may have', () => {
    const limits = new PushLimits({ cookies: 10, bytes: 1_000 * KIB });
    const first = reply();
    limits.admitBody(body(1_500 * KIB), first, 2_000 * KIB);
    expect(() => limits.admitBody(body(65 * KIB), reply(), 2_000 * KIB)).toThrow(UnavailableError);
    limits.admitBody(body(64 * KIB), reply(), 2_000 * KIB);
    first.raw.emit('close');
    const second = reply();
    limits.admitBody(body(600 * KIB), second, 2_000 * KIB);
    expect(() => limits.admitBody(body(), reply(), 2_000 * KIB)).toThrow(/nothing of this push is stored/);
    limits.admitBody(body(400 * KIB), reply(), 2_000 * KIB);
    second.raw.emit('close');
    limits.admitBody(body(600 * KIB), reply(), 2_000 * KIB);
  });
});
