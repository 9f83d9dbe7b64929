import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startEmbeddedJar } from '../support/jar.ts';
import { describeCookieJar } from '../support/jar-contract.ts';
import { type CouchLike, type CouchLikeOptions, startCouchLike } from '../support/couch-like.ts';

const LIKENESSES: readonly (readonly [string, CouchLikeOptions])[] = [
  ['a cluster that wants passwords, and is often busy', { auth: 'basic', busyEvery: 7 }],
  [
    'a server that takes no passwords but for sessions, which end soon, and a proxy that takes small requests only',
    { auth: 'cookie', maxRequestBytes: 64 * 1024 },
  ],
  ['a proxy that has it below a path of its own', { auth: 'cookie', below: '/data/couchdb' }],
];

let server: TestJar;
const stood: CouchLike[] = [];
const opened: OpenJar[] = [];

beforeAll(async () => {
  server = await startEmbeddedJar();
});

afterAll(async () => {
  await Promise.all(opened.map(async (open) => open.close()));
  await Promise.all(stood.map(async (standIn) => standIn.stop()));
  await server.stop();
});

async function openBehind(likeness: CouchLikeOptions): Promise<OpenJar> {
  const standIn = await startCouchLike(server.url, likeness);
  stood.push(standIn);
  const open = await openJar({ url: standIn.url, database: server.newDatabase(), batchMs: 1 });
  opened.push(open);
  return open;
}

for (const [name, likeness] of LIKENESSES) {
  describeCookieJar(`BiscuitTin behind ${name},`, async () => (await openBehind(likeness)).jar);
}
