import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { describeCookieJar } from '../support/jar-contract.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

let server: TestJar;
const opened: OpenJar[] = [];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => {
  await Promise.all(opened.map(async ({ close }) => close()));
  await server.stop();
});

async function open(): Promise<OpenJar> {
  const jar = await openJar({ url: server.url, database: server.newDatabase() });
  opened.push(jar);
  return jar;
}

describeCookieJar('BiscuitTin', async () => (await open()).jar);

describeCookieJar('BiscuitTin with many pages', async () => {
  const { documents } = await open();
  return new BiscuitTin(documents, { maxEnrichments: 40, maxBytes: 10_000 });
});

describeCookieJar('BiscuitTin in memory', async () => Promise.resolve(new BiscuitTin(new MemoryDocuments())));
