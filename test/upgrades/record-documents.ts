/**
 * Records the documents that this version writes, for the versions after it to read. Run it once for each release that
 * changes what is stored, and never again for the same:
 *
 *     npx tsx test/upgrades/record-documents.ts VERSION
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { recordRetrieval } from '../../retrieval/retrieval-log.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { sha256 } from '../support/digests.ts';

const PLACE = join(import.meta.dirname, '..', 'fixtures', 'jar-documents');

const RULEBOOK_TEXT = 'export default { id: "seen" };\n';
const RULEBOOK = sha256(RULEBOOK_TEXT);

function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 5, 6, 0, second)).toISOString();
}

function sized(n: number): Enrichment {
  return {
    source: 'size',
    timestamp: at(n),
    metadata: { size: n, ratio: n / 8, big: 1e21, text: 'Größe 😀', none: null },
  };
}

function applied(job: string, rule: string, second: number): Enrichment {
  const metadata = { rule_id: rule, terminated_processing: false, rulebook: RULEBOOK, job };
  return { source: 'rule_application', timestamp: at(second), metadata };
}

async function cookies(jar: BiscuitTin): Promise<void> {
  await jar.enrich([{ identifier: '/young', enrichments: [sized(1), { ...sized(2), source: 'irods' }] }]);
  // Long enough for pages, deleted once before, judged, with a problem, and failed for good.
  await jar.enrich([{ identifier: '/old', enrichments: [sized(1)] }]);
  await jar.delete('/old');
  await jar.enrich([{ identifier: '/old', enrichments: Array.from({ length: 30 }, (_, n) => sized(n)) }]);
  const [opened] = await jar.open(['/old']);
  const problem = {
    kind: 'rule',
    id: 'broken',
    file: 'broken.rule.ts',
    message: 'no such field',
    job: 'j1',
    at: at(40),
  };
  await jar.recordJudgement('/old', {
    pin: { job: 'j1', rulebook: RULEBOOK },
    applications: [applied('j1', 'seen', 40)],
    problems: [{ ...problem, kind: 'rule' }],
  });
  const settled = { knowledge: opened?.knowledge ?? '', rulebook: RULEBOOK, job: 'j1', at: at(41) };
  await jar.settle('/old', { ...settled, failed: 'too many rounds' });
}

async function deliveries(ledger: Ledger): Promise<void> {
  const request = (n: number) => ({
    notification: { id: `n${n}`, about: 'size', data: { n }, sender: 'seen', identifier: '/old', at: at(n) },
    receiver: 'everyone',
    rulebook: RULEBOOK,
    job: 'j1',
  });
  const [waiting, delivered, dead] = await ledger.record([request(1), request(2), request(3)]);
  if (!waiting || !delivered || !dead) throw new Error('the ledger recorded less than it was given');
  await ledger.failed(waiting.id, 'connection refused', at(50));
  await ledger.delivered(delivered.id, at(51));
  await ledger.failed(dead.id, 'connection refused', at(52));
  await ledger.bury(dead.id, at(53));
}

async function rulebook(store: RulebookStore): Promise<void> {
  const definitions = [{ kind: 'rule', id: 'seen', priority: 10, file: 'seen.rule.ts' }] as const;
  await store.publish({ hash: RULEBOOK, text: RULEBOOK_TEXT }, definitions, at(0));
  await store.notePublished('host', { folder: '/srv/rules', hash: RULEBOOK });
  await store.reportProblems([{ file: 'broken.rule.ts', line: 3, column: 1, reason: 'unexpected }' }], at(1));
}

const [version] = process.argv.slice(2);
if (version === undefined) throw new Error('usage: npx tsx test/upgrades/record-documents.ts VERSION');
const documents = new MemoryDocuments();
await cookies(new BiscuitTin(documents, { maxEnrichments: 20, maxBytes: 100_000 }));
await deliveries(new Ledger(documents));
await rulebook(new RulebookStore(documents));
await recordRetrieval(documents, {
  worker: 'IrodsRetrieval',
  since: null,
  started_at: at(0),
  duration_ms: 1200,
  count: 31,
  stored: 31,
  woken: 2,
  most_recent: at(30),
  failure: null,
});
const lines: string[] = [];
for await (const { id, body } of documents.list('')) lines.push(JSON.stringify({ id, body }));
await writeFile(join(PLACE, `${version}.jsonl`), `${lines.join('\n')}\n`);
