import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import type { DeliveryRequest } from '../../deliveries/delivery.ts';
import { deliveryId } from '../../deliveries/delivery-ids.ts';
import { CorruptDeliveryError, UnknownDeliveryError } from '../../deliveries/errors.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { listed } from '../support/jar-contract.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';

let server: TestJar;
let proxy: FaultyProxy;
let open: OpenJar;
let documents: Documents;
let ledger: Ledger;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  proxy = await startFaultyProxy(server.url);
  open = await openJar({ url: proxy.url, database: server.newDatabase() });
  ({ documents } = open);
  ledger = new Ledger(documents);
});

afterEach(async () => {
  await open.close();
  await proxy.stop();
});

function request(n = 1, receiver = 'everyone'): DeliveryRequest {
  const notification = { id: `n${n}`, about: 'size', data: { n }, sender: 'rule', identifier: '/a', at: instant(n) };
  return { notification, receiver, rulebook: 'hash', job: 'job' };
}

const ID = deliveryId('n1', 'everyone');

async function deadIds(): Promise<string[]> {
  return (await ledger.dead(undefined, 100)).map(({ id }) => id);
}

describe('the ledger', () => {
  it('records who is to get what, whole', async () => {
    const [delivery] = await ledger.record([request()]);
    expect(delivery).toEqual({ id: ID, ...request(), state: 'waiting', attempts: 0, burials: 0 });
    expect(await ledger.get(ID)).toEqual(delivery);
  });

  it('answers in order, also for odd receivers', async () => {
    const receivers = ['everyone', '', 'a:b/c', '😀', '../x', 'x'.repeat(5000), '__proto__'];
    const deliveries = await ledger.record(receivers.map((receiver) => request(1, receiver)));
    expect(deliveries.map(({ receiver }) => receiver)).toEqual(receivers);
    for (const { id, receiver } of deliveries) expect((await ledger.get(id))?.receiver).toBe(receiver);
  });

  it('keeps the first record of a delivery', async () => {
    await ledger.record([request()]);
    const later = { ...request(), notification: { ...request().notification, at: instant(99) }, rulebook: 'newer' };
    expect((await ledger.record([later]))[0]).toMatchObject(request());
  });

  it('says of a repeated record how the delivery stands', async () => {
    await ledger.record([request()]);
    await ledger.delivered(ID, instant(5));
    expect((await ledger.record([request()]))[0]).toMatchObject({ state: 'delivered', deliveredAt: instant(5) });
  });

  it('knows nothing of what was never recorded', async () => {
    expect(await ledger.get('none')).toBeUndefined();
    await expect(ledger.delivered('none', instant(0))).rejects.toThrow(UnknownDeliveryError);
    await expect(ledger.failed('none', 'x', instant(0))).rejects.toThrow(UnknownDeliveryError);
    await expect(ledger.bury('none', instant(0))).rejects.toThrow(UnknownDeliveryError);
    await expect(ledger.revive('none')).rejects.toThrow(UnknownDeliveryError);
  });

  it('names a record that somebody damaged', async () => {
    await documents.update(`delivery:${ID}`, () => ({ result: undefined, write: { state: 'lost' } }));
    await expect(ledger.get(ID)).rejects.toThrow(CorruptDeliveryError);
    await expect(ledger.get(ID)).rejects.toThrow(ID);
  });

  it('counts failed attempts, each once', async () => {
    await ledger.record([request()]);
    await ledger.failed(ID, 'down', instant(1));
    await ledger.failed(ID, 'down', instant(1));
    expect(await ledger.failed(ID, 'half \ud800', instant(2))).toMatchObject({
      attempts: 2,
      lastError: 'half \ufffd',
      failedAt: instant(2),
    });
  });

  it('counts an attempt once though the answer to its entry was lost', async () => {
    await ledger.record([request()]);
    let isLost = false;
    proxy.decide(({ path }) => {
      if (isLost || !path.endsWith('_bulk_docs')) return 'pass';
      isLost = true;
      return 'lose-answer';
    });
    expect((await ledger.failed(ID, 'down', instant(1))).attempts).toBe(1);
    expect(isLost).toBe(true);
  });
});

describe('a dead letter', () => {
  it('is listed until it is revived, and then has all attempts before it', async () => {
    await ledger.record([request()]);
    await ledger.failed(ID, 'down', instant(1));
    expect(await ledger.bury(ID, instant(2))).toMatchObject({ state: 'dead', attempts: 1, buriedAt: instant(2) });
    expect(await deadIds()).toEqual([ID]);
    expect(await ledger.revive(ID)).toMatchObject({ state: 'waiting', attempts: 0, lastError: 'down' });
    expect(await deadIds()).toEqual([]);
    expect(await listed(documents.listIds('dead-letter:'))).toEqual([]);
  });

  it('may be buried again after it was revived', async () => {
    await ledger.record([request()]);
    await ledger.bury(ID, instant(1));
    await ledger.revive(ID);
    expect((await ledger.bury(ID, instant(2))).state).toBe('dead');
    expect(await deadIds()).toEqual([ID]);
  });

  it('stays revived when its burial is repeated', async () => {
    await ledger.record([request()]);
    await ledger.bury(ID, instant(1));
    await ledger.revive(ID);
    expect((await ledger.bury(ID, instant(1))).state).toBe('waiting');
  });

  it('is buried and revived once by repeats', async () => {
    await ledger.record([request()]);
    await ledger.revive(ID);
    await Promise.all([ledger.bury(ID, instant(1)), ledger.bury(ID, instant(1)), ledger.bury(ID, instant(2))]);
    expect(await ledger.get(ID)).toMatchObject({ state: 'dead', burials: 1 });
  });

  it('never takes the place of what was delivered', async () => {
    await ledger.record([request()]);
    await ledger.delivered(ID, instant(3));
    expect((await ledger.bury(ID, instant(4))).state).toBe('delivered');
    expect((await ledger.failed(ID, 'down', instant(5))).attempts).toBe(0);
    expect((await ledger.revive(ID)).state).toBe('delivered');
    expect(await listed(documents.listIds('dead-letter:'))).toEqual([]);
  });

  it('that was delivered after all is no longer listed', async () => {
    await ledger.record([request()]);
    await ledger.bury(ID, instant(1));
    expect((await ledger.delivered(ID, instant(2))).state).toBe('delivered');
    expect(await listed(documents.listIds('dead-letter:'))).toEqual([]);
  });

  it('is listed in pages, without those that were never quite buried', async () => {
    const deliveries = await ledger.record(Array.from({ length: 250 }, (_, n) => request(n)));
    const ids = deliveries.map(({ id }) => id).toSorted();
    await Promise.all(ids.filter((_, n) => n % 5 !== 0).map(async (id) => ledger.bury(id, instant(1))));
    await Promise.all(
      ids.map(async (id) => documents.update(`dead-letter:${id}`, () => ({ result: 0, write: { burial: 1 } }))),
    );
    const expected = ids.filter((_, n) => n % 5 !== 0);
    const found: string[] = [];
    for (let last: string | undefined; ; last = found.at(-1)) {
      const page = await ledger.dead(last, 60);
      found.push(...page.map(({ id }) => id));
      if (page.length < 60) break;
    }
    expect(found).toEqual(expected);
  });

  it('is never unlisted, wherever the process dies while burying and reviving', async () => {
    for (let crash = 1; crash <= 8; crash++) {
      const [{ id } = { id: '' }] = await ledger.record([request(crash)]);
      const dying = await openJar({ url: proxy.url, database: proxy.seen[0]?.path.split('/')[1] ?? '', batchMs: 0 });
      const before = proxy.seen.length;
      proxy.decide(async ({ index }) => {
        if (index < before + crash) return 'pass';
        await dying.close();
        return 'cut';
      });
      const doomed = new Ledger(dying.documents);
      await (async () => {
        await doomed.bury(id, instant(1));
        await doomed.revive(id);
        await doomed.bury(id, instant(2));
      })().catch(() => undefined);
      proxy.decide(() => 'pass');
      await dying.close();
      const state = (await ledger.get(id))?.state;
      expect([state, (await deadIds()).includes(id)]).toEqual([state, state === 'dead']);
    }
  });

  it('is listed exactly if dead after any race of burials, revivals and deliveries', async () => {
    const other = await openJar({ url: server.url, database: proxy.seen[0]?.path.split('/')[1] ?? '', batchMs: 0 });
    const books = [ledger, new Ledger(other.documents)];
    for (let round = 0; round < 15; round++) {
      const [{ id } = { id: '' }] = await ledger.record([request(round)]);
      const entries = Array.from({ length: 8 }, async (_, n) => {
        const book = books[n % 2] ?? ledger;
        if (n % 4 === 3) return book.revive(id);
        if (n === 6 && round % 3 === 0) return book.delivered(id, instant(n));
        return book.bury(id, instant(n));
      });
      await Promise.all(entries);
      const state = (await ledger.get(id))?.state;
      expect([round, state, (await deadIds()).includes(id)]).toEqual([round, state, state === 'dead']);
      if (round % 3 === 0) expect(state).toBe('delivered');
    }
    await other.close();
  });
});
