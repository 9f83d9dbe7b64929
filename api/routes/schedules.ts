import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { NotFoundError } from '../errors.ts';
import { responses } from '../responses.ts';
import { sourceProblemSchema } from '../source-problem.ts';
import { RUN_STATUSES, type Schedule, type ScheduleDesk } from '../schedules/schedule-desk.ts';
import type { TypedApp } from '../typed-app.ts';

const runSchema = z.object({
  workflow_id: z.string().describe("Where it is found in Temporal's user interface"),
  run_id: z.string(),
  status: z.enum(RUN_STATUSES),
  due_at: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  attempt: z.int().nullable().describe('While it runs: which attempt, from 1'),
  progress: z.unknown().describe('While it runs: what its last heartbeat said'),
  result: z.unknown().describe('What the worker answered when it was done; cut where it is long'),
  failure: z.string().nullable().describe('Why it failed; while it runs, why the last attempt did'),
});

const scheduleSchema = z.object({
  id: z.string().describe('Class name of the periodic worker'),
  interval: z.string().nullable().describe('As its config file says it; null where no worker has told'),
  timezone: z.string(),
  paused: z.boolean(),
  note: z.string().nullable().describe('Why it is paused, or no longer'),
  next: z.array(z.string()).describe('The next five runs; none while it is paused'),
  running: z.boolean(),
  runs: z.array(runSchema).describe('The last five, newest first'),
  triggers: z
    .array(
      z.object({
        trigger: z.string(),
        have: z.number().describe('Cookies; seconds where the trigger is about time'),
        need: z.number(),
        met: z.boolean(),
        at: z.string(),
        count: z.string().describe('In words: "612 of 1000"'),
      }),
    )
    .describe('What its triggers found when they were last asked'),
});
const filesSchema = z.object({
  host: z.string(),
  folder: z.string().describe('Where the `*.worker.ts` files are'),
  at: z.string().describe('Of the last change'),
  problems: z
    .array(sourceProblemSchema)
    .describe('What is wrong with the `*.worker.ts` files; what was in force stays'),
  configuration: z
    .array(z.object({ file: z.string(), path: z.string(), found: z.string(), allowed: z.string() }))
    .describe('What is wrong with the config files; what was in force stays'),
  warnings: z.array(z.string()),
});
const schedulesSchema = z.object({
  schedules: z.array(scheduleSchema),
  files: z.array(filesSchema).describe('What worker processes make of the files of periodic workers'),
});

const byId = z.object({ id: z.string() });
/** No body at all is taken as well, which Fastify has checked as null. */
const noteSchema = z.strictObject({ note: z.string().trim().min(1).max(1000).optional() }).nullish();
const emptySchema = z.strictObject({}).nullish();

const pausedSchema = z.object({
  id: z.string(),
  paused: z.boolean(),
  changed: z.boolean().describe('Whether it was otherwise before'),
  note: z.string().nullable(),
});
const triggeredSchema = z.object({
  id: z.string(),
  triggered: z.boolean(),
  workflow_id: z.string().describe('Of the run that began, or the one under way'),
  run_id: z.string(),
  reason: z.string().optional().describe('Why nothing was triggered'),
});

type Dependencies = Pick<ApiDependencies, 'schedules' | 'triggers' | 'workerReports'>;
type Reports = Awaited<ReturnType<ApiDependencies['workerReports']['read']>>;

/** `/schedules`: when periodic workers run, how their runs went, and having them run otherwise. */
export function registerScheduleRoutes(app: TypedApp, { schedules, triggers, workerReports }: Dependencies): void {
  const tell = async (schedule: Schedule, reports: Reports): Promise<z.output<typeof scheduleSchema>> => ({
    ...schedule,
    interval: intervalOf(schedule.id, reports),
    next: [...schedule.next],
    running: schedule.runs.some(({ status }) => status === 'running'),
    runs: [...schedule.runs],
    triggers: (await triggers.of(schedule.id)).map((one) => ({ ...one, count: `${one.have} of ${one.need}` })),
  });

  app.get('/schedules', { schema: { response: responses(schedulesSchema) } }, async () => {
    const [found, reports] = await Promise.all([schedules.list(), workerReports.read()]);
    return { schedules: await Promise.all(found.map(async (one) => tell(one, reports))), files: [...reports] };
  });

  app.get(
    '/schedules/:id',
    { schema: { params: byId, response: responses(scheduleSchema, 400, 404) } },
    async ({ params: { id } }) => {
      const found = (await schedules.find(id)) ?? (await refuseUnknown(schedules, id));
      return tell(found, await workerReports.read());
    },
  );

  const pausing = { params: byId, body: noteSchema, response: responses(pausedSchema, 400, 404, 413, 415) };
  app.post('/schedules/:id/pause', { schema: pausing }, async ({ params: { id }, body }) => {
    const outcome = await schedules.pause(id, body?.note);
    return { id, ...(outcome ?? (await refuseUnknown(schedules, id))) };
  });
  app.post('/schedules/:id/resume', { schema: pausing }, async ({ params: { id }, body }) => {
    const outcome = await schedules.resume(id, body?.note);
    return { id, ...(outcome ?? (await refuseUnknown(schedules, id))) };
  });

  app.post(
    '/schedules/:id/trigger',
    { schema: { params: byId, body: emptySchema, response: responses(triggeredSchema, 400, 404, 413, 415) } },
    async ({ params: { id } }) => {
      const outcome = (await schedules.trigger(id)) ?? (await refuseUnknown(schedules, id));
      return {
        id,
        ...outcome,
        ...(outcome.triggered ? {} : { reason: 'a run is under way, and runs do not overlap' }),
      };
    },
  );
}

async function refuseUnknown(schedules: ScheduleDesk, id: string): Promise<never> {
  const known = await schedules.names();
  const those = known.length === 0 ? 'there is none at all' : `there are ${known.join(', ')}`;
  throw new NotFoundError(`there is no Schedule ${JSON.stringify(id)}; ${those}`);
}

/** Null where no report has it. */
function intervalOf(id: string, reports: Reports): string | null {
  const told = reports.flatMap(({ at, workers }) => workers.map((worker) => ({ at, ...worker })));
  const newest = told.filter(({ name }) => name === id).toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
  return newest?.interval ?? null;
}
