import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';

/** What a trigger found when it was asked last. */
export interface TriggerState {
  /** The trigger and what it was asked, e.g. `cookiesAddedSince(1000, media_type, 1 hour)`. */
  readonly trigger: string;
  /** Cookies; seconds for `atMostEvery` and `cookiesQuietFor`. */
  readonly have: number;
  /** It is met once it has as many. */
  readonly need: number;
  readonly met: boolean;
  /** When it was asked, as ISO instant. */
  readonly at: string;
}

/** What the triggers of one worker found. */
export interface TriggerReport {
  /** When one of them was asked last, as ISO instant. */
  readonly at: string;
  /** In the order in which they were first asked. */
  readonly triggers: readonly TriggerState[];
}

/** What a successful run leaves for the next one. */
export interface Mark {
  /** When that run was due, as ISO instant. */
  readonly at: string;
  /** What its trigger had. */
  readonly have: number;
}

/** A trigger that has not been asked for so long is in the code no more. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000;

const stateSchema = z.object({
  trigger: z.string(),
  have: z.number(),
  need: z.number(),
  met: z.boolean(),
  at: z.string(),
});
const markSchema = z.object({ at: z.string(), have: z.number() });
const reportSchema = z.object({
  at: z.string().default(''),
  triggers: z.array(stateSchema).default([]),
  marks: z.record(z.string(), markSchema).default({}),
});

type Stored = z.infer<typeof reportSchema>;

/** What the triggers of a worker found when they were asked last; undefined where none was ever asked. */
export async function readTriggers(documents: Documents, worker: string): Promise<TriggerReport | undefined> {
  const id = reportId(worker);
  const body = (await documents.read([id])).get(id);
  const { at, triggers } = parse(body);
  return at === '' ? undefined : { at, triggers };
}

/** Notes what a trigger found. */
export async function recordTrigger(documents: Documents, worker: string, state: TriggerState): Promise<void> {
  await documents.update(reportId(worker), (body) => {
    const stored = parse(body);
    const remembered = stored.triggers.filter(({ at }) => Date.parse(state.at) - Date.parse(at) < FORGOTTEN_MS);
    const known = remembered.some(({ trigger }) => trigger === state.trigger);
    const triggers = known
      ? remembered.map((other) => (other.trigger === state.trigger ? state : other))
      : [...remembered, state];
    return { result: undefined, write: toBody({ ...stored, at: state.at, triggers }) };
  });
}

/** What the last successful run left for a trigger. */
export async function readMark(documents: Documents, worker: string, trigger: string): Promise<Mark | undefined> {
  const id = reportId(worker);
  const { marks } = parse((await documents.read([id])).get(id));
  return Object.hasOwn(marks, trigger) ? marks[trigger] : undefined;
}

/** Leaves marks for the next run; one of a later run stands. */
export async function leaveMarks(documents: Documents, worker: string, left: ReadonlyMap<string, Mark>): Promise<void> {
  await documents.update(reportId(worker), (body) => {
    const stored = parse(body);
    const marks = new Map(Object.entries(stored.marks));
    for (const [trigger, mark] of left) if (!((marks.get(trigger)?.at ?? '') > mark.at)) marks.set(trigger, mark);
    return { result: undefined, write: toBody({ ...stored, marks: Object.fromEntries(marks) }) };
  });
}

function reportId(worker: string): string {
  return `trigger:${worker}`;
}

/** One that nobody can read is as good as none: it is written anew. */
function parse(body: JsonObject | undefined): Stored {
  return reportSchema.catch({ at: '', triggers: [], marks: {} }).parse(body ?? {});
}

function toBody({ at, triggers, marks }: Stored): JsonObject {
  return { at, triggers: triggers.map((state) => ({ ...state })), marks };
}
