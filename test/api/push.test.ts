import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { WakeKind } from '../../workflows/messages.ts';
import { type Installation, startInstallation } from './installation.ts';
import type { RawResponse } from './raw-request.ts';

const TIME = '2026-01-05T06:00:00.000Z';

describe('POST /cookiejar', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await startInstallation();
  }, 60_000);

  afterAll(async () => {
    await installation.close();
  });

  async function push(body: unknown): Promise<RawResponse> {
    return installation.ask({ method: 'POST', path: '/cookiejar', body });
  }

  async function enrichmentsOf(identifier: string) {
    return [...((await installation.jar.fetch(identifier))?.enrichments ?? [])];
  }

  it('stores what is pushed, wakes the cookie, and tells what was new and whom it woke', async () => {
    const enrichments: Enrichment[] = [
      { source: 'a', timestamp: TIME, metadata: { size: 1 } },
      { source: 'b', timestamp: TIME, metadata: { ['constructor']: { prototype: {} } } },
    ];
    expect(await push({ identifier: '/push/one', enrichments })).toMatchObject({
      status: 200,
      body: {
        cookies: [
          {
            identifier: '/push/one',
            new: [
              { source: 'a', timestamp: TIME },
              { source: 'b', timestamp: TIME },
            ],
            woken: true,
          },
        ],
      },
    });
    expect(await enrichmentsOf('/push/one')).toEqual(enrichments);
    expect(await installation.isRunning('/push/one')).toBe(true);
  });

  it('takes a list of cookies, an empty one too', async () => {
    const cookies = ['/push/list/1', '/push/list/2'].map((identifier) => one(identifier, { size: 1 }));
    const response = await push(cookies);
    expect(response).toMatchObject({
      status: 200,
      body: { cookies: cookies.map(({ identifier }) => ({ identifier, woken: true })) },
    });
    expect(await push([])).toMatchObject({ status: 200, body: { cookies: [] } });
  });

  it.each([
    ['2026-01-05T06:00:00Z', TIME],
    ['2026-01-05T07:30:00+01:30', TIME],
    ['2026-01-04T22:00:00.0009-08:00', TIME],
    ['2026-01-05t06:00z', TIME],
    ['2026-01-05T06:00:00,123456789Z', '2026-01-05T06:00:00.123Z'],
  ])('keeps the instant %s in UTC with milliseconds', async (timestamp, kept) => {
    const identifier = `/push/time/${timestamp}`;
    const response = await push({ identifier, enrichments: [{ source: 'a', timestamp, metadata: {} }] });
    expect(response).toMatchObject({ status: 200, body: { cookies: [{ new: [{ source: 'a', timestamp: kept }] }] } });
  });

  it('takes the time of the request where none is given', async () => {
    const before = new Date().toISOString();
    await push({ identifier: '/push/now', enrichments: [{ source: 'a', metadata: {} }] });
    const [enrichment] = await enrichmentsOf('/push/now');
    expect(before <= (enrichment?.timestamp ?? '')).toBe(true);
    expect((enrichment?.timestamp ?? '') <= new Date().toISOString()).toBe(true);
  });

  it('stores nothing at all where anything is invalid', async () => {
    const response = await push([one('/push/invalid', { size: 1 }), one('', { size: 1 })]);
    expect(response).toMatchObject({ status: 400 });
    expect(await installation.jar.fetch('/push/invalid')).toBeUndefined();
    expect(await installation.isRunning('/push/invalid')).toBe(false);
  });

  it('wakes a cookie once all of it is stored, and once only, though the list names it twice', async () => {
    const woken: { identifier: string; kind: WakeKind; known: number }[] = [];
    const wake = async (identifier: string, kind: WakeKind) => {
      woken.push({ identifier, kind, known: (await enrichmentsOf(identifier)).length });
    };
    const twice = [
      { identifier: '/push/twice', enrichments: [{ source: 'a', timestamp: TIME, metadata: { part: 1 } }] },
      one('/push/other', {}),
      { identifier: '/push/twice', enrichments: [{ source: 'b', timestamp: TIME, metadata: { part: 2 } }] },
    ];
    const response = await installation.askChanged({ wake }, { method: 'POST', path: '/cookiejar', body: twice });
    expect(response).toMatchObject({
      status: 200,
      body: {
        cookies: [
          { identifier: '/push/twice', new: [{ source: 'a' }, { source: 'b' }] },
          { identifier: '/push/other', new: [{ source: 'test' }] },
        ],
      },
    });
    expect(woken).toEqual([
      { identifier: '/push/twice', kind: WakeKind.Enriched, known: 2 },
      { identifier: '/push/other', kind: WakeKind.Enriched, known: 1 },
    ]);
  });

  it('stores nothing when the same is pushed again, and wakes until it is settled', async () => {
    const body = one('/push/again', { size: 1 });
    await push(body);
    expect(await push(body)).toMatchObject(told('/push/again', true));
    const [opened] = await installation.jar.open(['/push/again']);
    const settled = { knowledge: opened?.knowledge ?? '', rulebook: 'r', job: 'j', at: TIME };
    await installation.jar.settle('/push/again', settled);
    expect(await push(body)).toMatchObject(told('/push/again', false));
  });

  it('says so where it could store but not wake, and wakes when the same is pushed again', async () => {
    const request = { method: 'POST', path: '/cookiejar', body: one('/push/asleep', {}) };
    const failed = await installation.askChanged({ wake: noTemporal }, request);
    expect(failed).toMatchObject({
      status: 503,
      body: { detail: expect.stringMatching(/everything is stored, but 1 of 1 cookies could not be woken/) },
    });
    expect(failed.headers['retry-after']).toBe('5');
    expect(JSON.stringify(failed.body)).not.toContain('secret');
    expect(await enrichmentsOf('/push/asleep')).toHaveLength(1);
    expect(await installation.ask(request)).toMatchObject({
      status: 200,
      body: { cookies: [{ new: [], woken: true }] },
    });
    expect(await installation.isRunning('/push/asleep')).toBe(true);
  });
});

function one(identifier: string, metadata: Record<string, unknown>) {
  return { identifier, enrichments: [{ source: 'test', timestamp: TIME, metadata }] };
}

function told(identifier: string, woken: boolean) {
  return { status: 200, body: { cookies: [{ identifier, new: [], woken }] } };
}

async function noTemporal(): Promise<never> {
  throw new Error('secret: connection refused');
}
