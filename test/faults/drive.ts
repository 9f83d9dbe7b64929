import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FolderStep, Plan, RuleStep, Timed, ZoneStep } from './plan/plan.ts';
import { runClient } from './drive-client.ts';
import { FaultDriver } from './drive-faults.ts';
import type { Ledgers } from './ledgers.ts';
import { BROKEN_FILE, versionedRule } from './world/rule-files.ts';
import type { World } from './world/world.ts';

/** Carries a plan out: everything at its time, and in the end nothing is wrong any more. Clients go on until answered. */
export async function drive(plan: Plan, world: World, notes: Ledgers): Promise<void> {
  const began = Date.now();
  const faults = new FaultDriver(world, notes);
  const clients = Promise.all(plan.clients.map(async (client) => runClient(client, { world, notes, began })));
  // It may fail before it is waited for.
  clients.catch(() => {});
  await Promise.all([
    faults.run(plan.faults, began),
    inTime(plan.folder, began, async (step) => folderStep(step, world, notes)),
    inTime(plan.zone, began, (step) => zoneStep(step, world, notes)),
    inTime(plan.rules, began, async (step) => ruleStep(step, world, notes)),
  ]);
  await faults.mendAll();
  await clients;
}

/** Does each thing at its time, one after the other. */
async function inTime<T>(
  steps: readonly Timed<T>[],
  began: number,
  act: (step: Timed<T>) => Promise<void> | void,
): Promise<void> {
  for (const step of steps) {
    await delay(Math.max(0, began + step.at - Date.now()));
    await act(step);
  }
}

async function folderStep(step: FolderStep, { base, folder }: World, notes: Ledgers): Promise<void> {
  const path = join(folder, step.file);
  if (step.kind === 'rename') {
    const to = join(folder, step.to);
    await mkdir(dirname(to), { recursive: true });
    notes.renamed(path, to);
    await rename(path, to);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  notes.written(path, step.text);
  if (step.kind === 'write') {
    await writeFile(path, step.text);
    return;
  }
  const elsewhere = join(base, 'elsewhere', 'file');
  await writeFile(elsewhere, step.text);
  await rename(elsewhere, path);
}

function zoneStep(step: ZoneStep, { zone: { catalogue } }: World, notes: Ledgers): void {
  const at = catalogue.clock() - step.lateSeconds;
  const { path } = step;
  if (step.kind === 'put') {
    catalogue.putObject(path, { at, replicas: [{ checksum: step.checksum }, { checksum: `${step.checksum}b` }] });
    notes.happened(path, 'first', `0:${step.checksum}`);
  } else if (step.kind === 'avu') {
    catalogue.addAvu(path, step, { at });
    notes.happened(path, `${step.attribute}=${step.value}`, `${step.attribute}=${step.value}`);
  } else {
    catalogue.setReplica(path, 1, { checksum: step.checksum, at });
    notes.happened(path, 'changed', `1:${step.checksum}`);
  }
}

async function ruleStep(step: RuleStep, { rules }: World, notes: Ledgers): Promise<void> {
  if (step.kind === 'save') {
    notes.saved(step.rule, step.version);
    await writeFile(join(rules, `${step.rule}.rule.ts`), versionedRule(step.rule, step.version));
  } else if (step.kind === 'break') {
    await writeFile(join(rules, BROKEN_FILE.name), BROKEN_FILE.text);
  } else await rm(join(rules, BROKEN_FILE.name), { force: true });
}
