import { type JudgementRecord, MAX_PROBLEMS, type Pin, type Problem, type Settled } from './cookie-jar.ts';
import type { Enrichment } from './enrichment.ts';
import { RULE_APPLICATION } from './enrichment-key.ts';
import { type Head, type HeadPin, type KeyedEnrichment, MAX_SINCE } from './head.ts';
import { safeText } from './safe-text.ts';

/** What jobs leave on a cookie of where they are. */
interface Marks {
  readonly pin?: Pin;
  readonly settled?: Settled;
}

type Look = Pick<JudgementRecord, 'pin' | 'seen'>;

/** The longest message of a problem and reason of a failure that is kept, in UTF-16 units. */
const MAX_MESSAGE = 2000;

/** The rulebook version that a job goes by, where it has judged the cookie. */
export function pinOf({ pin, settled }: Pick<Head, 'pin' | 'settled'>, job: string): Pin | undefined {
  if (pin?.job === job) return asPin(pin);
  return settled?.job === job && settled.rulebook !== '' ? { job, rulebook: settled.rulebook } : undefined;
}

/**
 * The cookie's document with a job's pin and problems; the very same where nothing changes.
 * @param enrichments those that it will have, with what the judgement left
 */
export function withJudgement(
  head: Head,
  { pin, seen, problems }: Pick<JudgementRecord, 'pin' | 'seen' | 'problems'>,
  enrichments: readonly KeyedEnrichment[],
): Head {
  const known = new Set(head.problems.map(problemKey));
  const added = problems.filter((problem) => !known.has(problemKey(problem)));
  // The first pin of a job stays, and a straggler of a job that has settled must not take it from the one after it.
  const hasEnded =
    head.settled?.job === pin.job ||
    wasOvertaken(head, head.enrichments, pin.job) ||
    comesLate(head, enrichments, pin.job);
  const begun = head.pin?.job === pin.job ? atRound(head.pin, pin) : hasEnded ? head.pin : pin;
  const kept =
    begun?.job === pin.job && !hasEnded && seen !== undefined ? withLook(begun, head, enrichments, seen) : begun;
  if (kept === head.pin && added.length === 0) return head;
  return {
    ...head,
    ...(kept && { pin: kept }),
    problems: newestProblems([...head.problems, ...uniqueProblems(added)]),
  };
}

/** The document of a cookie that gets enrichments: where a job is under way, they come after its last look. */
export function withNews(head: Head, added: readonly KeyedEnrichment[]): Head {
  const { pin, settled } = head;
  if (added.length === 0 || pin?.since === undefined || pin.job === settled?.job) return head;
  const since = [...pin.since, ...added.map(({ key }) => key)];
  return { ...head, pin: since.length > MAX_SINCE ? asPin(pin) : { ...pin, since } };
}

/** A pin as others know it. */
export function asPin({ job, rulebook, round }: HeadPin): Pin {
  return { job, rulebook, ...(round !== undefined && { round }) };
}

/**
 * Whether a judgement saw less than was left by another one of its job, which may not be at its end: whoever judges
 * must look again, and finish that one.
 */
export function sawTooLittle({ enrichments, settled }: Head, { pin, seen }: Look): boolean {
  if (seen === undefined) return false;
  const isTraceOfIt = ({ source, metadata }: Enrichment) => source === RULE_APPLICATION && metadata['job'] === pin.job;
  return settled?.job === pin.job || enrichments.some((one) => isTraceOfIt(one) && !seen.has(one.key));
}

/** The pin of a job that has looked at its cookie; the very same where it had seen as much. */
function withLook(
  pin: HeadPin,
  { pages }: Head,
  enrichments: readonly KeyedEnrichment[],
  seen: ReadonlySet<string>,
): HeadPin {
  const since = enrichments.map(({ key }) => key).filter((key) => !seen.has(key));
  const paged = pages.reduce((sum, { count }) => sum + count, 0);
  // Some of it may have left for a page already. No look is better than a wrong one.
  if (since.length > MAX_SINCE || seen.size + since.length !== enrichments.length + paged) return asPin(pin);
  const isSame = pin.since?.length === since.length && since.every((key) => pin.since?.includes(key));
  return isSame ? pin : { ...pin, since };
}

/** The pin of a job that has come to a round; the very same where it had been there. */
function atRound(known: HeadPin, { round }: Pin): HeadPin {
  return round === undefined || round <= (known.round ?? -1) ? known : { ...known, round };
}

/** The cookie's document with the mark of a job that is done; the very same where nothing changes. */
export function withSettled(head: Head, settled: Settled): Head {
  const { failed, ...rest } = settled;
  const { rulebook } = head.pin?.job === settled.job ? head.pin : settled;
  const mark = { ...rest, rulebook, ...(failed !== undefined && { failed: safeText(failed, MAX_MESSAGE) }) };
  if (head.settled && (isSameMark(head.settled, mark) || isOlderJob(mark, head.settled))) return head;
  // A workflow task that is repeated settles all its jobs once more, each now.
  if (wasOvertaken(head, head.enrichments, settled.job)) return head;
  return { ...head, settled: mark, ...(head.pin && { pin: asPin(head.pin) }) };
}

/**
 * Whether a job has long ended, though something of it goes on: its workflow was terminated, or its workflow task is
 * repeated. Jobs follow one another, so it has if it left its first trace before the one that is pinned did, or before
 * that one settled.
 * @param enrichments of the cookie, in time order
 */
export function wasOvertaken({ pin, settled }: Marks, enrichments: Iterable<Enrichment>, job: string): boolean {
  if (pin === undefined || pin.job === job) return false;
  const traces = firstTraces(enrichments);
  const own = traces.get(job);
  if (own === undefined) return false;
  return pin.job === settled?.job || own < (traces.get(pin.job) ?? own);
}

/** Whether a judgement that leaves the first traces of its job was begun before the pinned job was, or had settled. */
function comesLate({ pin, settled }: Marks, enrichments: Iterable<Enrichment>, job: string): boolean {
  if (pin === undefined || pin.job === job) return false;
  const traces = firstTraces(enrichments);
  const rival = pin.job === settled?.job ? Date.parse(settled.at) : traces.get(pin.job);
  const own = traces.get(job);
  return own !== undefined && rival !== undefined && own < rival;
}

/** When each job left its first trace, in milliseconds since 1970. */
function firstTraces(enrichments: Iterable<Enrichment>): Map<unknown, number> {
  const first = new Map<unknown, number>();
  for (const { source, timestamp, metadata } of enrichments) {
    const job = metadata['job'];
    if (source === RULE_APPLICATION && !first.has(job)) first.set(job, Date.parse(timestamp));
  }
  return first;
}

function isSameMark(left: Settled, right: Settled): boolean {
  return (
    left.job === right.job &&
    left.knowledge === right.knowledge &&
    left.rulebook === right.rulebook &&
    left.failed === right.failed
  );
}

function isOlderJob(settled: Settled, than: Settled): boolean {
  return settled.job !== than.job && Date.parse(settled.at) < Date.parse(than.at);
}

function uniqueProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map<string, Problem>();
  for (const problem of problems) {
    const { kind, id, file, message, job, at } = problem;
    if (unique.has(problemKey(problem))) continue;
    const texts = { id: safeText(id, MAX_MESSAGE), file: safeText(file, MAX_MESSAGE) };
    unique.set(problemKey(problem), { kind, ...texts, message: safeText(message, MAX_MESSAGE), job, at });
  }
  return [...unique.values()];
}

function newestProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at)).slice(-MAX_PROBLEMS);
}

function problemKey({ job, kind, id }: Problem): string {
  return JSON.stringify([job, kind, safeText(id, MAX_MESSAGE)]);
}
