import { assert, asyncProperty, string } from 'fast-check';
import { deleteCookie } from '../../api/cookie-deletion.ts';
import type { ApiDependencies } from '../../api/dependencies.ts';
import { WakeDesk } from '../../api/wake-desk.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { deliveryId, notificationId } from '../../deliveries/delivery-ids.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { WakeKind } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { type Installation, startInstallation } from './installation.ts';

const SEEN: Enrichment = { source: 'test', timestamp: '2026-01-05T06:00:00.000Z', metadata: { size: 1 } };
const AGAIN: Enrichment = { source: 'test', timestamp: '2026-01-06T06:00:00.000Z', metadata: { size: 2 } };

describe('/cookiejar', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await startInstallation();
  }, 60_000);

  afterAll(async () => {
    await installation.close();
  });

  async function know(...identifiers: string[]): Promise<void> {
    await installation.jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [SEEN] })));
  }

  async function isKnown(identifier: string): Promise<boolean> {
    return (await installation.jar.fetch(identifier)) !== undefined;
  }

  async function found(path: string): Promise<unknown> {
    return (await installation.ask({ path })).body;
  }

  describe('GET', () => {
    it('tells all that is known of a data object, in time order, and nothing else', async () => {
      const metadata = { tags: ['a', null, { deep: true }], ['constructor']: { prototype: 1 }, größe: 1.5 };
      const rich = { source: 'other', timestamp: '2026-01-05T07:00:00.000Z', metadata };
      await installation.jar.enrich([{ identifier: '/get/rich', enrichments: [AGAIN, rich, SEEN] }]);
      const whole = { identifier: '/get/rich', enrichments: [SEEN, rich, AGAIN] };
      expect(await installation.ask({ path: '/cookiejar?identifier=/get/rich' })).toMatchObject({
        status: 200,
        body: whole,
      });
      const { body, headers } = await installation.ask({ path: '/cookiejar/%2Fget%2Frich' });
      expect(body).toEqual(whole);
      expect(headers['content-type']).toMatch(/^application\/json(;|$)/);
    });

    it('answers 404 for what is not known', async () => {
      for (const path of ['/cookiejar?identifier=/unknown', '/cookiejar//unknown', '/cookiejar/unknown']) {
        expect(await installation.ask({ path })).toMatchObject({
          status: 404,
          body: { type: 'about:blank', title: 'Not Found', status: 404, instance: path },
        });
      }
    });

    it.each([
      ['/cookiejar//get/a//b', '/get/a//b'],
      ['/cookiejar/%2Fget%2Fa%2F%2Fb', '/get/a//b'],
      ['/cookiejar//get/../etc/./passwd', '/get/../etc/./passwd'],
      ['/cookiejar/..', '..'],
      ['/cookiejar/%2e%2E', '..'],
      ['/cookiejar/get/%3Fa%23b%25', 'get/?a#b%'],
      ['/cookiejar/get/%2520', 'get/%20'],
      ['/cookiejar/get/a+b;c=d&e', 'get/a+b;c=d&e'],
      ['/cookiejar/get/end/', 'get/end/'],
      ['/cookiejar/get/%C3%A9%F0%9F%8D%AA', 'get/é🍪'],
      ['/cookiejar/get/%00%0A', 'get/\u0000\n'],
      ['/cookiejar?identifier=get%20plus%2B', 'get plus+'],
      ['/cookiejar?identifier=get+form', 'get form'],
      ['/cookiejar?identifier=/get/?a=b', '/get/?a=b'],
    ])('takes the identifier of %s verbatim', async (path, identifier) => {
      await know(identifier);
      expect(await installation.ask({ path })).toMatchObject({ status: 200, body: { identifier } });
    });

    it('finds any identifier by its encoded path and by its encoded query', async () => {
      await assert(
        asyncProperty(string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (identifier) => {
          await know(identifier);
          const encoded = encodeURIComponent(identifier);
          for (const path of [`/cookiejar/${encoded}`, `/cookiejar?identifier=${encoded}`]) {
            expect(await installation.ask({ path })).toMatchObject({ status: 200, body: { identifier } });
          }
        }),
        { numRuns: 20 },
      );
    }, 60_000);

    it('finds an identifier of 4,096 bytes, each of them encoded', async () => {
      const identifier = 'ü'.repeat(2048);
      await know(identifier);
      const response = await installation.ask({ path: `/cookiejar/${encodeURIComponent(identifier)}` });
      expect(response).toMatchObject({ status: 200, body: { identifier } });
    });

    it('tries a path with a leading slash where there is none without, but not an identifier of a query', async () => {
      await know('/slash/only', '/slash/both', 'slash/both');
      expect(await found('/cookiejar/slash/only')).toMatchObject({ identifier: '/slash/only' });
      expect(await found('/cookiejar/slash/both')).toMatchObject({ identifier: 'slash/both' });
      expect(await found('/cookiejar//slash/both')).toMatchObject({ identifier: '/slash/both' });
      expect(await found('/cookiejar?identifier=slash/only')).toMatchObject({ status: 404 });
    });

    it('answers HEAD alike, without the body', async () => {
      await know('/head');
      expect(await installation.ask({ method: 'HEAD', path: '/cookiejar//head' })).toMatchObject({
        status: 200,
        body: '',
      });
      expect(await installation.ask({ method: 'HEAD', path: '/cookiejar//no' })).toMatchObject({
        status: 404,
        body: '',
      });
    });
  });

  describe('DELETE', () => {
    it.each([
      ['/cookiejar?identifier=/delete/1', '/delete/1'],
      ['/cookiejar//delete/2', '/delete/2'],
      ['/cookiejar/delete/3', '/delete/3'],
      ['/cookiejar/%2Fdelete%2F4%3F', '/delete/4?'],
    ])('removes the cookie: %s', async (path, identifier) => {
      await know(identifier);
      expect(await installation.ask({ method: 'DELETE', path })).toMatchObject({
        status: 200,
        body: { deleted: identifier },
      });
      expect(await isKnown(identifier)).toBe(false);
      expect(await installation.ask({ method: 'DELETE', path })).toMatchObject({ status: 404 });
    });

    it.each([
      ['no body', {}],
      ['an empty body of JSON', { 'content-type': 'application/json', 'content-length': '0' }],
      ['an empty body of another type', { 'content-type': 'text/plain', 'content-length': '0' }],
    ])('takes %s', async (_name, headers) => {
      await know('/delete/empty');
      const request = { method: 'DELETE', path: '/cookiejar//delete/empty', headers };
      expect(await installation.ask(request)).toMatchObject({ status: 200 });
    });

    it.each(['&', '&c=d', '&identifier=/delete/other'])(
      'removes nothing where a & is not encoded: a%s',
      async (rest) => {
        await know('/delete/a', '/delete/other');
        const path = `/cookiejar?identifier=/delete/a${rest}`;
        expect(await installation.ask({ method: 'DELETE', path })).toMatchObject({ status: 400 });
        expect([await isKnown('/delete/a'), await isKnown('/delete/other')]).toEqual([true, true]);
      },
    );

    it('stops the workflow of the cookie', async () => {
      await know('/delete/running');
      await installation.dependencies.wake('/delete/running', WakeKind.Enriched);
      expect(await installation.isRunning('/delete/running')).toBe(true);
      expect(await installation.ask({ method: 'DELETE', path: '/cookiejar//delete/running' })).toMatchObject({
        status: 200,
      });
      expect(await installation.isRunning('/delete/running')).toBe(false);
    });

    it('leaves alone the workflow of a cookie that the jar does not have', async () => {
      await installation.dependencies.wake('/delete/unknown', WakeKind.Reprocess);
      expect(await installation.ask({ method: 'DELETE', path: '/cookiejar//delete/unknown' })).toMatchObject({
        status: 404,
      });
      expect(await installation.isRunning('/delete/unknown')).toBe(true);
    });

    it('removes a cookie whose document is damaged', async () => {
      const damaged = { result: undefined, write: { enrichments: 'none' } };
      await installation.documents.update('cookie:/delete/damaged', () => damaged);
      const request = { method: 'DELETE', path: '/cookiejar//delete/damaged' };
      expect(await installation.ask(request)).toMatchObject({ status: 200 });
      expect(await installation.ask(request)).toMatchObject({ status: 404 });
    });

    it('stops the workflow before it removes the cookie, so that no job goes on with a cookie that is gone', async () => {
      await know('/delete/order');
      await installation.dependencies.wake('/delete/order', WakeKind.Enriched);
      let ranWhenRemoved = true;
      const jar = jarThat({
        delete: async (identifier) => {
          ranWhenRemoved = await installation.isRunning(identifier);
          return installation.jar.delete(identifier);
        },
      });
      const request = { method: 'DELETE', path: '/cookiejar//delete/order' };
      expect(await installation.askChanged({ jar }, request)).toMatchObject({ status: 200 });
      expect(ranWhenRemoved).toBe(false);
    });

    it('has delivered what the rules of the stopped job had notified, but for what a digest will tell of', async () => {
      const identifier = '/delete/told';
      await know(identifier);
      await installation.dependencies.wake(identifier, WakeKind.Enriched);
      const pin = { job: 'told', rulebook: 'hash' };
      await installation.jar.recordJudgement(identifier, { pin, applications: [], problems: [] });
      const ledger = new Ledger(installation.documents);
      const at = new Date().toISOString();
      const id = notificationId(pin.job, 'told', 'told', null);
      const notification = { id, about: 'told', data: null, sender: 'told', identifier, at };
      const request = (receiver: string) => ({ ...pin, notification, receiver });
      const [waiting, held, taken] = await ledger.record(['waiting', 'held', 'taken'].map(request));
      await ledger.hold(held?.id ?? '', 'window');
      await ledger.delivered(taken?.id ?? '', at);
      expect(await installation.ask({ method: 'DELETE', path: `/cookiejar/${identifier}` })).toMatchObject({
        status: 200,
      });
      await eventually(async () => {
        const underWay = await installation.dependencies.workflows.runningDeliveries(10, undefined);
        expect(underWay.ids).toEqual([waiting?.id]);
      });
    });

    it('has that delivered, too, where the cookie was judged for the first time while it was being removed', async () => {
      const identifier = '/delete/judged';
      await know(identifier);
      const pin = { job: 'judged', rulebook: 'hash' };
      const id = notificationId(pin.job, 'told', 'told', null);
      const notification = { id, about: 'told', data: null, sender: 'told', identifier, at: SEEN.timestamp };
      const ledger = new Ledger(installation.documents);
      const jar = jarThat({
        delete: async () => {
          await installation.jar.recordJudgement(identifier, { pin, applications: [], problems: [] });
          await ledger.record([{ ...pin, notification, receiver: 'late' }]);
          return installation.jar.delete(identifier);
        },
      });
      const request = { method: 'DELETE', path: `/cookiejar/${identifier}` };
      expect(await installation.askChanged({ jar }, request)).toMatchObject({ status: 200 });
      await eventually(async () => {
        const underWay = await installation.dependencies.workflows.runningDeliveries(10, undefined);
        expect(underWay.ids).toContain(deliveryId(id, 'late'));
      });
    });

    it('stops a workflow that was woken while the cookie was being removed', async () => {
      await know('/delete/woken');
      const jar = jarThat({
        delete: async (identifier) => {
          await installation.dependencies.wake(identifier, WakeKind.Enriched);
          return installation.jar.delete(identifier);
        },
      });
      const request = { method: 'DELETE', path: '/cookiejar//delete/woken' };
      expect(await installation.askChanged({ jar }, request)).toMatchObject({ status: 200 });
      expect(await installation.isRunning('/delete/woken')).toBe(false);
      expect(await isKnown('/delete/woken')).toBe(false);
    });

    it('held up, removes no cookie that was pushed anew after somebody else removed the one that was meant', async () => {
      const identifier = '/delete/held-up';
      await know(identifier);
      const request = { method: 'DELETE', path: `/cookiejar/${identifier}` };
      const jar = jarThat({
        delete: async (...args) => {
          expect(await installation.ask(request)).toMatchObject({ status: 200 });
          await know(identifier);
          await installation.dependencies.wake(identifier, WakeKind.Enriched);
          return installation.jar.delete(...args);
        },
      });
      expect(await installation.askChanged({ jar }, request)).toMatchObject({ status: 200 });
      expect(await isKnown(identifier)).toBe(true);
      expect(await installation.isRunning(identifier)).toBe(true);
    });

    it('removes nothing any more for a client that has gone', async () => {
      const identifier = '/delete/gone';
      await know(identifier);
      const { dependencies } = installation;
      await dependencies.wake(identifier, WakeKind.Enriched);
      const desk = new WakeDesk(dependencies.wake);
      const late = deleteCookie(dependencies, desk, identifier, AbortSignal.abort());
      await expect(late).rejects.toThrow(/nothing was deleted/);
      expect(await isKnown(identifier)).toBe(true);
      expect(await installation.isRunning(identifier)).toBe(true);
    });

    it('loses no cookie that is pushed anew just after the removal', async () => {
      await know('/delete/anew');
      const jar = jarThat({
        delete: async (identifier) => {
          const deleted = await installation.jar.delete(identifier);
          await know(identifier);
          await installation.dependencies.wake(identifier, WakeKind.Enriched);
          return deleted;
        },
      });
      const request = { method: 'DELETE', path: '/cookiejar//delete/anew' };
      expect(await installation.askChanged({ jar }, request)).toMatchObject({ status: 200 });
      expect(await isKnown('/delete/anew')).toBe(true);
      expect(await installation.isRunning('/delete/anew')).toBe(true);
    });
  });

  function jarThat(changed: Partial<ApiDependencies['jar']>): ApiDependencies['jar'] {
    const { jar } = installation;
    return {
      fetch: async (identifier) => jar.fetch(identifier),
      open: async (identifiers) => jar.open(identifiers),
      enrich: async (updates) => jar.enrich(updates),
      delete: async (...args) => jar.delete(...args),
      ...changed,
    };
  }
});
