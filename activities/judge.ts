import type { Cookie } from '../cookiejar/cookie.ts';
import type { Enrichment } from '../cookiejar/enrichment.ts';
import type { OpenedCookie, Problem, RecordedPin } from '../cookiejar/cookie-jar.ts';
import { wasOvertaken } from '../cookiejar/judgement.ts';
import type { CodeProblem, Judgement, JudgementRequest } from '../rulebook/evaluator.ts';
import { WakeKind } from '../workflows/messages.ts';
import type { JudgeInput, JudgeResult } from './cookie-activities.ts';
import type { CookieActivityDependencies } from './dependencies.ts';

/** The source of the enrichments that say which rules were applied. */
const RULE_APPLICATION = 'rule_application';

/** Deliveries that one answer may name, so that it stays a few kilobytes; the rest are started from here. */
const MAX_NAMED_DELIVERIES = 100;

/**
 * Judges one cookie for one job: rules, what they notify to whom, and the next loader; stores the traces. Repeating it
 * evaluates again and stores nothing twice.
 */
export async function judgeCookie(
  dependencies: CookieActivityDependencies,
  opened: OpenedCookie,
  input: JudgeInput,
): Promise<JudgeResult> {
  const { limits, currentRulebook, evaluator } = dependencies;
  const before = doneBefore(opened, input);
  if (before !== undefined) return { ...idle(opened, limits), doneBefore: before };
  if (isIdle(opened, input)) return idle(opened, limits);
  const pinned = pinnedFor(opened, input.job);
  const rulebook = pinned ?? input.rulebook ?? (await currentRulebook());
  const repeats = mayRepeat(opened, input);
  if (repeats && pinned !== undefined) await finishBefore(dependencies, opened, input, pinned);
  const judgement = await evaluator.judge(request(input, rulebook, opened.cookie));
  // The traces go first: a repetition, perhaps by another rulebook, must know what is on record already.
  const pin = await recordTraces(dependencies, opened, input, rulebook, judgement);
  if (pin !== undefined && (pin.rulebook !== rulebook || pin.lookAgain === true)) return judgeAnew(dependencies, input);
  const recorded = await recordDeliveries(dependencies, input, rulebook, judgement);
  // Who deletes a cookie ends its workflow, and looks for what is left to deliver perhaps before it is on record.
  if (pin === undefined) await startAll(dependencies, recorded);
  const deliveries = repeats ? await withEarlier(dependencies, input, recorded) : recorded;
  return {
    rulebook,
    known: opened.known,
    knowledge: opened.knowledge,
    basis: opened.basis,
    matched: judgement.applied.map(({ rule }) => rule),
    deliveries: await nameFew(dependencies, deliveries),
    ...(judgement.nextLoader === undefined ? {} : { nextLoader: judgement.nextLoader }),
    limits,
  };
}

/**
 * A judgement whose process was killed may have left its traces and not what it notifies: judged once more by what it
 * saw, it puts that on record, also where the cookie has changed since and its rules notify otherwise.
 */
async function finishBefore(
  dependencies: CookieActivityDependencies,
  { asJudged, cookie }: OpenedCookie,
  input: JudgeInput,
  rulebook: string,
): Promise<void> {
  if (asJudged === undefined) return;
  const judgement = await dependencies.evaluator.judge(request(input, rulebook, asJudged));
  const left = new Set(tracesOf(cookie, input.job).map(({ metadata }) => metadata['rule_id']));
  // Rules that go by something else than the cookie may do otherwise now: what left no trace is told by nobody.
  if (judgement.applied.length === 0 || judgement.applied.some(({ rule }) => !left.has(rule))) return;
  await recordDeliveries(dependencies, input, rulebook, judgement);
}

function request({ job, at, passedOver }: JudgeInput, rulebook: string, cookie: Cookie): JudgementRequest {
  return { rulebook, cookie, job, at, passedOver: passedOver.map(({ loader }) => loader) };
}

function tracesOf({ enrichments }: Cookie, job: string): Enrichment[] {
  return enrichments.fromSource(RULE_APPLICATION).filter(({ metadata }) => metadata['job'] === job);
}

/** Another process judged it for the same job meanwhile, by another version, or seeing something else: its traces hold. */
async function judgeAnew(dependencies: CookieActivityDependencies, input: JudgeInput): Promise<JudgeResult> {
  const [opened] = await dependencies.jar.open([input.identifier]);
  if (opened === undefined) throw new Error(`the jar did not open ${input.identifier}`);
  return judgeCookie(dependencies, opened, input);
}

/** How this very job ended, where it has. */
function doneBefore(opened: OpenedCookie, { job, rulebook }: JudgeInput): JudgeResult['doneBefore'] {
  const { settled } = opened;
  if (settled?.job === job) return settled.failed === undefined ? {} : { failed: settled.failed };
  return rulebook === undefined && wasOvertaken(opened, opened.cookie.enrichments, job) ? {} : undefined;
}

/** A job whose cookie was deleted is done; enriched wakes need knowledge that was not settled before. */
function isIdle({ settled, knowledge, known, pin }: OpenedCookie, input: JudgeInput): boolean {
  const { job, kind, rulebook } = input;
  if (input.known === true && !known) return true;
  const started = rulebook !== undefined || pin?.job === job;
  if (started || kind === WakeKind.Reprocess) return false;
  return !known || settled?.knowledge === knowledge;
}

function idle({ known, knowledge, basis }: OpenedCookie, limits: JudgeResult['limits']): JudgeResult {
  return { idle: true, rulebook: '', known, knowledge, basis, matched: [], deliveries: [], limits };
}

function pinnedFor({ pin }: OpenedCookie, job: string): string | undefined {
  return pin?.job === job ? pin.rulebook : undefined;
}

async function recordDeliveries(
  { ledger }: CookieActivityDependencies,
  { job }: JudgeInput,
  rulebook: string,
  { notifications }: Judgement,
): Promise<string[]> {
  const entries = notifications.flatMap(({ notification, receivers }) =>
    receivers.map((receiver) => ({ notification, receiver, rulebook, job })),
  );
  if (entries.length === 0) return [];
  const recorded = await ledger.record(entries);
  return recorded.filter(({ state }) => state === 'waiting').map(({ id }) => id);
}

/** Whether this round was judged before without its workflow's knowing: it left traces already, or can leave none. */
function mayRepeat({ known, pin }: OpenedCookie, { job, round }: JudgeInput): boolean {
  return !known || (pin?.job === job && (pin.round ?? round) >= round);
}

/** Adds what the judgement that is repeated recorded: of a cookie that has changed since, rules may notify otherwise. */
async function withEarlier(
  { ledger }: CookieActivityDependencies,
  { job }: JudgeInput,
  deliveries: readonly string[],
): Promise<string[]> {
  return [...new Set([...deliveries, ...(await ledger.waitingOf(job))])];
}

/** @returns the version that the job goes by; undefined where there is no cookie any more to leave them on */
async function recordTraces(
  { jar, log }: CookieActivityDependencies,
  { cookie, known, basis, seen }: OpenedCookie,
  { job, at, round, passedOver }: JudgeInput,
  rulebook: string,
  { applied, notifications, problems: found }: Judgement,
): Promise<RecordedPin | undefined> {
  const pin = { job, rulebook, round };
  const problems = [...found, ...passedOver.map(asProblem)].map((problem): Problem => ({ ...problem, job, at }));
  for (const problem of found) log.warn({ cookie: cookie.identifier, ...problem }, 'user code failed');
  // Told once, by the round that begins without it.
  for (const { loader, message } of passedOver.filter((each) => each.round === round))
    log.warn({ cookie: cookie.identifier, loader, message, job }, 'a loader is passed over');
  const isTraceless = applied.length === 0 && problems.length === 0;
  if (!known || (isTraceless && notifications.every(({ receivers }) => receivers.length === 0))) return pin;
  const applications = applied.map(({ rule, terminate }): Enrichment => ({
    source: RULE_APPLICATION,
    timestamp: at,
    metadata: { rule_id: rule, terminated_processing: terminate, rulebook, job },
  }));
  return jar.recordJudgement(cookie.identifier, { pin, basis, seen, applications, problems });
}

function asProblem({ loader, message }: JudgeInput['passedOver'][number]): CodeProblem {
  return { kind: 'loader', id: loader, file: '', message };
}

async function nameFew(dependencies: CookieActivityDependencies, deliveries: readonly string[]): Promise<string[]> {
  await startAll(dependencies, deliveries.slice(MAX_NAMED_DELIVERIES));
  return deliveries.slice(0, MAX_NAMED_DELIVERIES);
}

async function startAll(
  { startDelivery }: Pick<CookieActivityDependencies, 'startDelivery'>,
  deliveries: readonly string[],
): Promise<void> {
  for (const delivery of deliveries) await startDelivery(delivery);
}
