import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mendTheRest, type Mended } from './aftermath.ts';
import { drive } from './drive.ts';
import { Ledgers } from './ledgers.ts';
import { makePlan } from './plan/make-plan.ts';
import { checkDeliveries } from './verdict/check-deliveries.ts';
import { checkJobs } from './verdict/check-jobs.ts';
import { checkKnowledge } from './verdict/check-knowledge.ts';
import { checkProcesses } from './verdict/check-processes.ts';
import { Findings } from './verdict/findings.ts';
import { look } from './verdict/sight.ts';
import { findFaketime } from './world/clocks.ts';
import { OWN_JAR, startWorld, type World } from './world/world.ts';

/** What came of a run. */
export interface RunResult extends Mended {
  readonly seed: number;
  /** Empty where everything was as it has to be. */
  readonly violations: readonly string[];
  readonly timeline: readonly string[];
  /** Where the logs are, of a run that failed. */
  readonly folder?: string;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Enrichments in the jar that came from outside. */
  readonly updates: number;
  readonly cookies: number;
  /** Deliveries on record. */
  readonly notifications: number;
  /** Times that a receiver got what it had. */
  readonly repeats: number;
  readonly jobs: number;
  readonly lost: number;
  readonly doubled: number;
  readonly requests: number;
  readonly retries: number;
  /** The most memory that a process held, in MiB, by role. */
  readonly peakMib: Readonly<Record<string, number>>;
}

const KIB = 1024;

/** Makes the run of a seed: starts everything, lets faults strike, waits, and compares. */
export async function runOnce(seed: number): Promise<RunResult> {
  const began = Date.now();
  const plan = makePlan(seed, { clocks: findFaketime() !== undefined, ownJar: OWN_JAR });
  const notes = new Ledgers();
  const findings = new Findings();
  const world = await startWorld(plan);
  try {
    notes.note(`everything runs, with ${plan.workers} workers and ${plan.attempts} attempts`);
    let mended: Mended = { dead: 0, parked: 0, foundExplained: 0, foundUnexplained: 0 };
    try {
      await drive(plan, world, notes);
      notes.note('all clients are answered');
      mended = await mendTheRest(plan, world, notes, findings);
    } catch (error) {
      findings.violations.push(
        `the run could not be finished: ${error instanceof Error ? error.stack : String(error)}`,
      );
    }
    return await judge(world, notes, findings, { plan, mended, began });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function judge(
  world: World,
  notes: Ledgers,
  findings: Findings,
  { plan, mended, began }: { plan: ReturnType<typeof makePlan>; mended: Mended; began: number },
): Promise<RunResult> {
  const sight = await look(world);
  const { receipts } = world.outside;
  checkKnowledge(notes, sight, findings);
  checkJobs(notes, sight, findings);
  checkDeliveries({ plan, notes, sight, receipts }, findings);
  await Promise.all(
    [...world.processes]
      .filter(([name]) => name.startsWith('worker') || name === 'api')
      .map(async ([, kept]) => kept.end()),
  );
  checkProcesses(world, sight, findings);
  const enrichments = [...sight.cookies.values()].flatMap(({ cookie }) => [...cookie.enrichments]);
  const applications = enrichments.filter(({ source }) => source === 'rule_application');
  const isFailed = findings.violations.length > 0;
  const result = {
    seed: plan.seed,
    violations: findings.violations,
    timeline: notes.timeline,
    ...(isFailed && { folder: world.base }),
    seconds: (Date.now() - began) / 1000,
    faults: Object.fromEntries(notes.faults),
    updates: enrichments.filter(({ source }) => ['manual', 'lab', 'folder_update', 'irods_update'].includes(source))
      .length,
    cookies: sight.cookies.size,
    notifications: sight.deliveries.length,
    repeats:
      receipts.length - new Set(receipts.map(({ receiver, notification }) => `${receiver} ${notification.id}`)).size,
    jobs: new Set(applications.map(({ metadata }) => metadata['job'])).size,
    lost: findings.lost,
    doubled: findings.doubled,
    requests: notes.requests,
    retries: notes.retries,
    peakMib: peaks(world),
    ...mended,
  };
  if (isFailed) {
    world.keepFolder();
    await writeFile(join(world.base, 'result.json'), JSON.stringify(result, undefined, 2));
    await writeFile(join(world.base, 'plan.json'), JSON.stringify(plan, undefined, 2));
    await writeFile(
      join(world.base, 'jar.json'),
      JSON.stringify(
        { cookies: [...sight.cookies.values()], deliveries: sight.deliveries, workflows: sight.workflows },
        undefined,
        1,
      ),
    );
  }
  return result;
}

function peaks({ processes }: World): Readonly<Record<string, number>> {
  const most: Record<string, number> = {};
  for (const { name, peakKib } of processes.values()) {
    const role = name.replace(/-\d+$/, '');
    most[role] = Math.max(most[role] ?? 0, Math.round(peakKib / KIB));
  }
  return most;
}
