import { canonicalJson } from '../../../cookiejar/canonical-json.ts';
import type { Cookie } from '../../../cookiejar/cookie.ts';
import type { Enrichment } from '../../../cookiejar/enrichment.ts';
import type { Ledgers, PushedCookie, WrittenFile } from '../ledgers.ts';
import type { Findings } from './findings.ts';
import type { Sight } from './sight.ts';

const PUSHED = new Set(['manual', 'lab']);
const ONCE = ['first', 'second'];

/** Every update that was acknowledged, or that lies in the folder or the zone, is in the jar exactly once. */
export function checkKnowledge(notes: Ledgers, { cookies }: Sight, findings: Findings): void {
  for (const [identifier, pushed] of notes.cookies) {
    checkPushed(identifier, pushed, cookies.get(identifier)?.cookie, findings);
  }
  for (const [path, file] of notes.files) checkFile(path, file, cookies.get(path)?.cookie, findings);
  for (const [path, texts] of notes.zone) checkObject(path, texts, cookies.get(path)?.cookie, findings);
  for (const [identifier, { cookie }] of cookies) {
    const isKnown = [notes.cookies, notes.files, notes.zone].some((known) => known.has(identifier));
    findings.expect(isKnown, () => `${identifier} is in the jar, and nobody brought it`);
    checkEachOnce(cookie, findings);
  }
}

function checkPushed(identifier: string, pushed: PushedCookie, cookie: Cookie | undefined, findings: Findings): void {
  const all = [...(cookie?.enrichments ?? [])];
  const found = all.filter(({ source }) => PUSHED.has(source));
  const keys = new Set(all.map(keyOf));
  for (const enrichment of pushed.stored) {
    if (!keys.has(keyOf(enrichment)) && !saysNothingNew(enrichment, found)) {
      findings.loses(`${identifier} has no ${keyOf(enrichment).slice(0, 200)}`);
    }
  }
  const allowed = new Set([...pushed.stored, ...pushed.possible].map(keyOf));
  for (const enrichment of found) {
    findings.expect(
      allowed.has(keyOf(enrichment)),
      () => `${identifier} has ${keyOf(enrichment).slice(0, 200)}, which was deleted or never pushed`,
    );
  }
}

/**
 * Whether an enrichment rightly was not stored: the one of its source just before it said the same then; others may
 * have come in between since.
 */
function saysNothingNew({ source, timestamp, metadata }: Enrichment, found: readonly Enrichment[]): boolean {
  const text = canonicalJson(metadata);
  return found.some(
    (other) => other.source === source && other.timestamp < timestamp && canonicalJson(other.metadata) === text,
  );
}

function checkFile(path: string, { states, gone }: WrittenFile, cookie: Cookie | undefined, findings: Findings): void {
  const found = (cookie?.enrichments.fromSource('folder_update') ?? []).map(({ metadata }) => metadata);
  const last = states.at(-1);
  if (!gone && found.at(-1)?.['sha256'] !== last?.sha256) findings.loses(`${path}'s last state is not in the jar`);
  const texts = found.map((metadata) => canonicalJson(metadata));
  if (new Set(texts).size < texts.length) findings.doubles(`${path}'s updates: ${texts.join(' ')}`);
  const known = new Set(states.map(({ sha256 }) => JSON.stringify(sha256)));
  for (const { size, sha256 } of found) {
    // One that was opened for writing is empty for a moment.
    findings.expect(
      size === 0 || known.has(JSON.stringify(sha256)),
      () => `${path} never had the contents ${JSON.stringify(sha256)}`,
    );
  }
}

function checkObject(
  path: string,
  texts: ReadonlyMap<string, string>,
  cookie: Cookie | undefined,
  findings: Findings,
): void {
  const shown = showings(cookie);
  for (const text of texts.values()) if (!shown.has(text)) findings.loses(`${path} does not show ${text}`);
  for (const [text, times] of shown) if (times > 1) findings.doubles(`${path} shows ${text} ${times} times`);
}

/** How often everything shows in an object's updates. */
export function showings(cookie: Cookie | undefined): ReadonlyMap<string, number> {
  const shown = new Map<string, number>();
  for (const { metadata } of cookie?.enrichments.fromSource('irods_update') ?? []) {
    const avus = metadata['modified_metadata'] as Readonly<Record<string, readonly string[]>>;
    const replicas = metadata['modified_replicas'] as readonly { number: number; checksum: string | null }[];
    const texts = [
      ...Object.entries(avus).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
      ...replicas.map(({ number, checksum }) => `${number}:${checksum}`),
    ];
    for (const text of texts) shown.set(text, (shown.get(text) ?? 0) + 1);
  }
  return shown;
}

function checkEachOnce({ identifier, enrichments }: Cookie, findings: Findings): void {
  const seen = new Set<string>();
  for (const enrichment of enrichments) {
    const key = keyOf(enrichment);
    if (seen.has(key)) findings.doubles(`${identifier} has ${key.slice(0, 200)} twice`);
    seen.add(key);
  }
  for (const loader of ONCE) {
    const count = enrichments.fromSource(loader).length;
    if (count > 1) findings.doubles(`${identifier} was enriched ${count} times by the loader ${loader}`);
  }
}

function keyOf({ source, timestamp, metadata }: Enrichment): string {
  return canonicalJson([source, timestamp, metadata]);
}
