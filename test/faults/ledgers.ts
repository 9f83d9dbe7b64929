import { createHash } from 'node:crypto';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { VersionedRule } from './plan/plan.ts';
import { FIRST_VERSION } from './world/rule-files.ts';

/** What the outside knows of a pushed cookie. */
export interface PushedCookie {
  /** Acknowledged, and not deleted since. */
  readonly stored: Enrichment[];
  /** Asked for without an answer, or before a deletion that it may have outlived: may be there or not. */
  readonly possible: Enrichment[];
  /** Reprocessing requests that were answered, since it was deleted last. */
  reprocessed: number;
  /** Whether it was ever deleted. */
  deleted: boolean;
  /** Whether nothing excuses deliveries that wait any more, not even that their cookie was deleted. */
  deliversAll: boolean;
  /** Whether a client gave up on it, so that it may have been stored and never woken. */
  abandoned: boolean;
}

/** A state that a file had. */
interface WrittenState {
  readonly size: number;
  readonly sha256: string;
}

/** What became of a file. */
export interface WrittenFile {
  readonly states: WrittenState[];
  /** Whether it is no longer there: then its last state may have been missed. */
  gone: boolean;
}

/** What happened, as the outside knows it: whatever is true afterwards is measured by this. */
export class Ledgers {
  readonly cookies = new Map<string, PushedCookie>();
  readonly files = new Map<string, WrittenFile>();
  /** By object: the newest text that must show, by what it is about. */
  readonly zone = new Map<string, Map<string, string>>();
  readonly versions = new Map<VersionedRule, number[]>([
    ['flagged', [FIRST_VERSION]],
    ['tallied', [FIRST_VERSION]],
  ]);
  readonly faults = new Map<string, number>();
  readonly timeline: string[] = [];
  readonly #began = Date.now();
  requests = 0;
  retries = 0;

  /** Notes something in the timeline. */
  note(what: string): void {
    this.timeline.push(`${((Date.now() - this.#began) / 1000).toFixed(2).padStart(7)} s  ${what}`);
  }

  /** Counts a fault. */
  struck(kind: string, what: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.note(`${kind}: ${what}`);
  }

  cookie(identifier: string): PushedCookie {
    const known = this.cookies.get(identifier);
    if (known !== undefined) return known;
    const fresh = { stored: [], possible: [], reprocessed: 0, deleted: false, deliversAll: false, abandoned: false };
    this.cookies.set(identifier, fresh);
    return fresh;
  }

  written(path: string, text: string): void {
    const file = this.files.get(path) ?? { states: [], gone: false };
    file.gone = false;
    file.states.push({ size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') });
    this.files.set(path, file);
  }

  renamed(path: string, to: string): void {
    const file = this.files.get(path);
    const last = file?.states.at(-1);
    if (file === undefined || last === undefined) return;
    file.gone = true;
    this.files.set(to, { states: [last], gone: false });
    this.note(`${path} is renamed to ${to}`);
  }

  happened(path: string, about: string, text: string): void {
    const known = this.zone.get(path) ?? new Map<string, string>();
    this.zone.set(path, known.set(about, text));
  }

  saved(rule: VersionedRule, version: number): void {
    this.versions.get(rule)?.push(version);
    this.note(`${rule}.rule.ts is saved as version ${version}`);
  }
}
