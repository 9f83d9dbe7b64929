import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { IrodsPathUnavailableError } from '../../retrieval/irods/errors.ts';
import { createEvaluator } from '../../rulebook/create-evaluator.ts';
import type { Judgement } from '../../rulebook/evaluator.ts';
import { surveyFolder } from '../../rulebook/keeping/survey-folder.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { AT } from '../support/rules-evaluation.ts';
import { logBook } from '../support/rules-folder.ts';

/** The example's folder. */
export const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'sequencing-centre');

/** A CRAM as the pipeline names it. */
export const CRAM = '/seq/26540/26540_2#31.cram';
const REFERENCES = '/lustre/scratch110/srpipe/references';
export const HUMAN = `${REFERENCES}/Homo_sapiens/1000Genomes_hs37d5/all/bwa/hs37d5.fa`;
export const MOUSE = `${REFERENCES}/Mus_musculus/GRCm38/all/bwa/Mus_musculus.GRCm38.68.dna.toplevel.fa`;
export const PHIX = `${REFERENCES}/PhiX/Sanger-SNPs/all/bwa/phix_unsnipped_short_no_N.fa`;

/** AVUs by attribute. */
export type Avus = Readonly<Record<string, readonly string[]>>;

/** What the pipeline puts on a library's CRAM. */
export const LIBRARY: Avus = {
  type: ['cram'],
  target: ['library'],
  id_run: ['26540'],
  lane: ['2'],
  tag_index: ['31'],
  study_id: ['5012'],
  library_id: ['19871235'],
  sample: ['5012STDY7654321'],
  reference: [HUMAN],
  alignment: ['1'],
  md5: ['2ebec02316ddc3ee64a67c89b5e3140c'],
};

/** An update that brings a replica. */
export function created(number = 0): JsonObject {
  const replica = { number, checksum: '2ebec02316ddc3ee64a67c89b5e3140c', up_to_date: true };
  return { data_id: '14237451', modified_metadata: {}, modified_replicas: [replica] };
}

/** An update that brings AVUs. */
export function described(avus: Avus): JsonObject {
  return { data_id: '14237451', modified_metadata: avus, modified_replicas: [] };
}

/** A cookie of updates a second apart. */
export function cookieOf(updates: readonly JsonObject[], path = CRAM): Cookie {
  return learn(new Cookie(path), ...updates.map((metadata) => ({ source: 'irods_update', metadata })));
}

/** The cookie with more enrichments, each a second later than the one before. */
export function learn(cookie: Cookie, ...news: readonly Omit<Enrichment, 'timestamp'>[]): Cookie {
  const start = Date.parse('2026-01-01T00:00:00Z') + cookie.enrichments.length * 1000;
  const stamped = news.map((one, index) => ({ ...one, timestamp: new Date(start + index * 1000).toISOString() }));
  return new Cookie(cookie.identifier, [...cookie.enrichments, ...stamped]);
}

/** What came of one job. */
export interface Job {
  /** With what loaders and rules left on it. */
  readonly cookie: Cookie;
  /** The rules that were applied, in order, over all rounds. */
  readonly rules: readonly string[];
  readonly stopped: boolean;
  readonly notifications: readonly Judgement['notifications'][number]['notification'][];
  /** How often iRODS was asked. */
  readonly listings: number;
}

/** The example's rules, evaluated for real over a zone that a test says. */
export interface Centre extends AsyncDisposable {
  /** A copy of the rules folder. */
  readonly rules: string;
  readonly home: string;
  /** The AVUs that iRODS lists of every object; undefined where there is none. */
  avus: Avus | undefined;
  judge(cookie: Cookie): Promise<Judgement>;
  /** Judges and loads in turns until there is nothing left to do. */
  job(cookie: Cookie): Promise<Job>;
  receive(receiver: string, notification: Job['notifications'][number]): Promise<void>;
}

export async function openCentre(): Promise<Centre> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-centre-')));
  const [rulesFolder, cacheFolder, home] = [join(base, 'rules'), join(base, 'cache'), join(base, 'home')];
  await cp(join(EXAMPLE, 'rules'), rulesFolder, { recursive: true });
  const logger = logBook();
  const store = new RulebookStore(new MemoryDocuments());
  const { bundle, definitions, problems } = await surveyFolder({ rulesFolder, cacheFolder, logger });
  if (bundle === undefined) throw new Error(JSON.stringify(problems));
  await store.publish(bundle, definitions, AT);
  const rulebook = bundle.hash;
  let [asked, jobs] = [0, 0];
  const list = async (path: string): Promise<JsonObject> => {
    asked += 1;
    if (centre.avus !== undefined) return Promise.resolve(listingOf(path, centre.avus));
    throw new IrodsPathUnavailableError(`Path '${path}' does not exist`, { code: -310_000 });
  };
  const services = { jar: { fetch: async () => Promise.resolve(undefined) }, irods: { list } };
  const evaluator = createEvaluator({ store, rulesFolder, cacheFolder, home, logger, services });
  const judge = async (cookie: Cookie, job = 'job'): Promise<Judgement> => {
    const judgement = await evaluator.judge({ rulebook, cookie, job, at: AT, passedOver: [] });
    expect(judgement.problems).toEqual([]);
    return judgement;
  };
  const centre: Centre = {
    rules: rulesFolder,
    home,
    avus: {},
    judge: async (cookie) => judge(cookie),
    async job(cookie) {
      const [job, before] = [`job-${(jobs += 1)}`, asked];
      const rules: string[] = [];
      const notifications: Job['notifications'][number][] = [];
      for (let known = cookie; ;) {
        const { applied, notifications: made, stopped, nextLoader } = await judge(known, job);
        rules.push(...applied.map(({ rule }) => rule));
        notifications.push(...made.map(({ notification }) => notification).filter(isNotOwn));
        known = learn(known, ...applied.map(({ rule, terminate }) => traceOf(rule, terminate, job)));
        if (nextLoader === undefined) return { cookie: known, rules, stopped, notifications, listings: asked - before };
        known = learn(known, await evaluator.load({ rulebook, loader: nextLoader, cookie: known, timestamp: AT }));
      }
    },
    receive: async (receiver, notification) => evaluator.receive({ rulebook, receiver, notification }),
    async [Symbol.asyncDispose]() {
      await evaluator.close();
      await rm(base, { recursive: true, force: true });
    },
  };
  return centre;
}

/** As baton lists an object. */
function listingOf(path: string, avus: Avus): JsonObject {
  const slash = path.lastIndexOf('/');
  return {
    collection: path.slice(0, slash),
    data_object: path.slice(slash + 1),
    avus: Object.entries(avus).flatMap(([attribute, values]) => values.map((value) => ({ attribute, value }))),
    checksum: '2ebec02316ddc3ee64a67c89b5e3140c',
  };
}

function traceOf(rule: string, terminate: boolean, job: string): Omit<Enrichment, 'timestamp'> {
  return {
    source: 'rule_application',
    metadata: { rule_id: rule, terminated_processing: terminate, rulebook: 'r', job },
  };
}

/** What Cookie Monster itself says at the end of every job is nobody's here. */
function isNotOwn({ sender }: Job['notifications'][number]): boolean {
  return sender !== 'cookie-monster';
}
