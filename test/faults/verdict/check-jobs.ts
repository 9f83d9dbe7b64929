import type { OpenedCookie } from '../../../cookiejar/cookie-jar.ts';
import type { Delivery } from '../../../deliveries/delivery.ts';
import { applicationsOf, type RuleApplication } from '../../support/ground.ts';
import type { Ledgers } from '../ledgers.ts';
import type { Findings } from './findings.ts';
import { grouped } from './grouped.ts';
import { judgeByHand, SILENT_RULES } from './rule-model.ts';
import type { Sight } from './sight.ts';

/** Every cookie is settled against what is known of it now, by jobs that each kept one rulebook and applied no rule twice. */
export function checkJobs(notes: Ledgers, { cookies, deliveries }: Sight, findings: Findings): void {
  const byCookie = grouped(deliveries, ({ notification }) => notification.identifier);
  for (const [identifier, opened] of cookies) {
    checkSettled(identifier, opened, findings);
    const applications = applicationsOf(opened.cookie);
    checkApplications(identifier, applications, findings);
    const pushed = notes.cookies.get(identifier);
    if (pushed?.deleted === true) continue;
    checkDeliveriesOf(identifier, applications, byCookie.get(identifier) ?? [], findings);
    const jobs = new Set(applications.map(({ job }) => job)).size;
    const wanted = Math.max(1, pushed?.reprocessed ?? 0);
    findings.expect(jobs >= wanted, () => `${identifier} had ${jobs} jobs, and was to be reprocessed ${wanted} times`);
  }
}

/** Whether a cookie has nothing left to be done. */
export function isSettled({ settled, knowledge }: OpenedCookie): boolean {
  return settled?.knowledge === knowledge;
}

function checkSettled(identifier: string, opened: OpenedCookie, findings: Findings): void {
  const { settled, pin, cookie } = opened;
  findings.expect(isSettled(opened), () => `${identifier} is not settled against its latest knowledge`);
  findings.expect(settled?.failed === undefined, () => `${identifier} failed for good: ${settled?.failed}`);
  if (settled === undefined || !isSettled(opened)) return;
  findings.expect(
    pin === undefined || (pin.job === settled.job && pin.rulebook === settled.rulebook),
    () => `${identifier} is pinned to ${JSON.stringify(pin)} and settled as ${JSON.stringify(settled)}`,
  );
  const applied = applicationsOf(cookie)
    .filter(({ job }) => job === settled.job)
    .map(({ rule_id }) => rule_id);
  const missing = judgeByHand(cookie).applied.filter((rule) => !applied.includes(rule));
  findings.expect(missing.length === 0, () => `${identifier}'s last job did not apply ${missing.join(', ')}`);
}

function checkApplications(identifier: string, applications: readonly RuleApplication[], findings: Findings): void {
  const pairs = applications.map(({ job, rule_id }) => `${job} ${rule_id}`);
  if (new Set(pairs).size < pairs.length) findings.doubles(`${identifier}'s rules were applied twice in one job`);
  for (const [job, some] of grouped(applications, (one) => one.job)) {
    const versions = new Set(some.map(({ rulebook }) => rulebook));
    findings.expect(versions.size === 1, () => `${identifier}'s job ${job} used the rulebooks ${[...versions].join()}`);
  }
}

/** What was applied was told, by the same rulebook, and what was told was applied. */
function checkDeliveriesOf(
  identifier: string,
  applications: readonly RuleApplication[],
  deliveries: readonly Delivery[],
  findings: Findings,
): void {
  const rulebooks = new Map(applications.map(({ job, rulebook }) => [job, rulebook]));
  const applied = new Set(applications.map(({ job, rule_id }) => `${job} ${rule_id}`));
  const told = new Set(deliveries.map(({ job, notification }) => `${job} ${notification.sender}`));
  for (const { job, rulebook, notification } of deliveries) {
    const { sender } = notification;
    findings.expect(
      sender === 'cookie-monster' || applied.has(`${job} ${sender}`),
      () => `${identifier}: ${sender} notified in job ${job}, where no trace says that it was applied`,
    );
    const pinned = rulebooks.get(job);
    findings.expect(
      pinned === undefined || pinned === rulebook,
      () => `${identifier}: job ${job} has traces of rulebook ${pinned} and a delivery of ${rulebook}`,
    );
  }
  for (const { job, rule_id } of applications) {
    if (!SILENT_RULES.has(rule_id) && !told.has(`${job} ${rule_id}`)) {
      findings.loses(`${identifier}: ${rule_id} was applied in job ${job}, and no notification of it is on record`);
    }
  }
}
