import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../support/jar-faults.ts';
import { Chance } from './plan/chance.ts';
import { type FaultStep, type JarFault, type ProcessName, RECEIVERS, type Timed } from './plan/plan.ts';
import type { Ledgers } from './ledgers.ts';
import type { KeptProcess } from './world/kept-process.ts';
import type { World } from './world/world.ts';

const SLOW_MS = 600;

/** Makes things go wrong, each at its time and for its time. */
export class FaultDriver {
  readonly #world: World;
  readonly #notes: Ledgers;
  readonly #jarFaults = new Map<FaultStep, Chance>();
  /** How many faults keep a process down, or standing still. */
  readonly #down = new Map<ProcessName, number>();
  readonly #still = new Map<ProcessName, number>();

  constructor(world: World, notes: Ledgers) {
    this.#world = world;
    this.#notes = notes;
    world.proxy.decide(async () => this.#atJar());
  }

  async run(faults: readonly Timed<FaultStep>[], began: number): Promise<void> {
    await Promise.all(
      faults.map(async (fault) => {
        await delay(Math.max(0, began + fault.at - Date.now()));
        await this.#strike(fault);
      }),
    );
  }

  /** Whatever is still wrong is put right. */
  async mendAll(): Promise<void> {
    this.#jarFaults.clear();
    this.#world.proxy.hangUp();
    for (const receiver of RECEIVERS) this.#world.outside.decide(receiver, undefined);
    for (const kept of this.#world.processes.values()) {
      kept.signal('SIGCONT');
      kept.start();
    }
    await Promise.all([...this.#world.clocks.values()].map(async (clock) => clock.set(0)));
    this.#notes.note('everything is back');
  }

  async #strike(fault: FaultStep): Promise<void> {
    const { lastsMs } = fault;
    switch (fault.kind) {
      case 'kill':
        for (const name of fault.processes) this.#notes.struck(`kill ${roleOf(name)}`, `${name} for ${lastsMs} ms`);
        await Promise.all(fault.processes.map(async (name) => this.#kill(name, lastsMs)));
        return;
      case 'still':
        this.#notes.struck(`still ${roleOf(fault.process)}`, `${fault.process} for ${lastsMs} ms`);
        await this.#hold(fault.process, lastsMs);
        return;
      case 'restart':
        this.#notes.struck(`restart ${roleOf(fault.process)}`, fault.process);
        await this.#restart(fault.process);
        return;
      case 'jar':
        this.#notes.struck(`jar ${fault.fault}`, `${fault.share * 100} % for ${lastsMs} ms`);
        this.#jarFaults.set(fault, new Chance(lastsMs));
        await delay(lastsMs);
        this.#jarFaults.delete(fault);
        if (fault.fault === 'hang') this.#world.proxy.hangUp();
        return;
      case 'receiver':
        this.#notes.struck(`receiver ${fault.fault}`, `${fault.receiver} for ${lastsMs} ms`);
        this.#world.outside.decide(fault.receiver, fault.fault);
        await delay(lastsMs);
        this.#world.outside.decide(fault.receiver, undefined);
        return;
      case 'clock':
        this.#notes.struck(
          `clock ${roleOf(fault.process)}`,
          `${fault.process} by ${fault.seconds} s for ${lastsMs} ms`,
        );
        await this.#world.clocks.get(fault.process)?.set(fault.seconds);
        await delay(lastsMs);
        await this.#world.clocks.get(fault.process)?.set(0);
    }
  }

  async #kill(name: ProcessName, lastsMs: number): Promise<void> {
    this.#count(this.#down, name, 1);
    await this.#process(name).kill();
    await delay(lastsMs);
    if (this.#count(this.#down, name, -1) > 0) return;
    this.#process(name).start();
    this.#notes.note(`${name} is started again`);
  }

  async #hold(name: ProcessName, lastsMs: number): Promise<void> {
    this.#count(this.#still, name, 1);
    this.#process(name).signal('SIGSTOP');
    await delay(lastsMs);
    if (this.#count(this.#still, name, -1) > 0) return;
    this.#process(name).signal('SIGCONT');
    this.#notes.note(`${name} goes on`);
  }

  async #restart(name: ProcessName): Promise<void> {
    this.#count(this.#down, name, 1);
    await this.#process(name).end();
    if (this.#count(this.#down, name, -1) === 0) this.#process(name).start();
  }

  #process(name: ProcessName): KeptProcess {
    const found = this.#world.processes.get(name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return found;
  }

  #count(counts: Map<ProcessName, number>, name: ProcessName, change: number): number {
    const count = (counts.get(name) ?? 0) + change;
    counts.set(name, count);
    return count;
  }

  async #atJar(): Promise<Fault> {
    for (const [step, chance] of this.#jarFaults) {
      if (step.kind !== 'jar' || !chance.happens(step.share)) continue;
      if (step.fault === 'slow') await delay(SLOW_MS);
      else return asFault(step.fault);
    }
    return 'pass';
  }
}

function asFault(fault: Exclude<JarFault, 'slow'>): Fault {
  return fault === '500' || fault === '429' || fault === '503' ? Number(fault) : fault;
}

/** Workers are all alike. */
function roleOf(name: ProcessName): string {
  return name.startsWith('worker') ? 'worker' : name;
}
