import { JarClosedError } from '../../cookiejar/errors.ts';
import { type JarOptions, type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { size } from '../support/jar-contract.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';

const PER_SECOND = 20;
/** A tenth of a second's requests at once. */
const BURST = 2;

let server: TestJar;
let proxy: FaultyProxy;
const open: OpenJar[] = [];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  proxy = await startFaultyProxy(server.url);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map(async (jar) => jar.close()));
  await proxy.stop();
});

async function jarOf(options: Partial<JarOptions> = {}): Promise<OpenJar> {
  const jar = await openJar({ url: proxy.url, database: server.newDatabase(), ...options });
  open.push(jar);
  return jar;
}

/** Adds one enrichment to each of so many cookies, by a call of its own. @returns how many requests it took */
async function enrichMany(jars: readonly OpenJar[], count: number): Promise<number> {
  const before = proxy.seen.length;
  const one = async (n: number) => jars[n % jars.length]?.jar.enrich([{ identifier: `/${n}`, enrichments: [size(n)] }]);
  await Promise.all(Array.from({ length: count }, async (_, n) => one(n)));
  return proxy.seen.length - before;
}

describe('a jar whose requests are limited', () => {
  it('makes no more a second, while calls that wait share them', async () => {
    const limited = await jarOf({ maxRequestsPerSecond: PER_SECOND, batchDocuments: 50 });
    const begun = performance.now();
    const requests = await enrichMany([limited], 500);
    const seconds = (performance.now() - begun) / 1000;
    expect(requests).toBeLessThanOrEqual(BURST + 1 + seconds * PER_SECOND);
    expect(requests).toBeGreaterThanOrEqual(20);
    expect(await limited.jar.open(['/0', '/499'])).toMatchObject([{ known: true }, { known: true }]);
  });

  it('is limited together with those that were opened at its address, as threads do', async () => {
    const first = await jarOf({ maxRequestsPerSecond: PER_SECOND, batchDocuments: 50 });
    const second = await openJar(structuredClone(first.address));
    open.push(second);
    const begun = performance.now();
    const requests = await enrichMany([first, second], 500);
    const seconds = (performance.now() - begun) / 1000;
    expect(requests).toBeLessThanOrEqual(BURST + 1 + seconds * PER_SECOND);
  });

  it('is closed at once, though requests wait for their turn', async () => {
    const { url, database } = (await jarOf()).address;
    const jar = await jarOf({ url, database, maxRequestsPerSecond: 1 });
    const waiting = jar.jar.fetch('/a');
    await jar.close();
    await expect(waiting).rejects.toThrow(JarClosedError);
  });

  it('starts the time limit of a request when it is made, not while it waits for its turn', async () => {
    const jar = await jarOf({ maxRequestsPerSecond: 2, requestTimeoutMs: 400 });
    const warned: string[] = [];
    const other = await openJar({ ...jar.address, logger: { info: () => {}, warn: (_, text) => warned.push(text) } });
    open.push(other);
    // A node of a cluster may not know a new database at once, and that is said, too.
    await other.documents.read(['d']);
    warned.length = 0;
    await Promise.all([
      jar.jar.fetch('/a'),
      other.jar.fetch('/b'),
      jar.documents.read(['c']),
      other.documents.read(['d']),
    ]);
    expect(warned).toEqual([]);
  });
});
