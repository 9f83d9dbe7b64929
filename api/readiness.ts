import type { Check } from './dependencies.ts';

/** Asks everything at once. @returns the names of what did not answer, or not within `timeoutMs` */
export async function runChecks(
  checks: Readonly<Record<string, Check>>,
  timeoutMs: number,
): Promise<readonly string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => ({ name, answered: await answersInTime(check, timeoutMs) })),
  );
  return results.filter(({ answered }) => !answered).map(({ name }) => name);
}

async function answersInTime(check: Check, timeoutMs: number): Promise<boolean> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // A check that does not heed its signal is not waited for either.
  const timedOut = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve(false);
    }, timeoutMs);
  });
  try {
    return await Promise.race([answers(check, controller.signal), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

async function answers(check: Check, signal: AbortSignal): Promise<boolean> {
  try {
    await check(signal);
    return true;
  } catch {
    return false;
  }
}
