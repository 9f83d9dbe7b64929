import { z } from 'zod';
import type { Check } from '../dependencies.ts';
import { UnavailableError } from '../errors.ts';
import { runChecks } from '../readiness.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

const healthSchema = z.object({ status: z.literal('ok') });
const readySchema = z.object({ status: z.literal('ready'), checks: z.record(z.string(), z.literal('ok')) });

/** `/healthz`: the process lives. `/readyz`: what it stands on answers. */
export function registerHealthRoutes(
  app: TypedApp,
  checks: Readonly<Record<string, Check>>,
  checkTimeoutMs: number,
): void {
  app.get('/healthz', { schema: { response: responses(healthSchema) } }, async () => ({ status: 'ok' as const }));

  app.get('/readyz', { schema: { response: responses(readySchema) } }, async () => {
    const silent = await runChecks(checks, checkTimeoutMs);
    if (silent.length > 0) throw new UnavailableError(`not ready: no answer from ${silent.join(' and ')}`);
    const answered = Object.keys(checks).map((name) => [name, 'ok'] as const);
    return { status: 'ready' as const, checks: Object.fromEntries(answered) };
  });
}
