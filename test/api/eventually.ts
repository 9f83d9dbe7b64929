const DEADLINE_MS = 10_000;
const PAUSE_MS = 20;

/** Repeats an expectation until it holds; its last failure is told where it does not in time. */
export async function eventually(expectation: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      await expectation();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS);
      });
    }
  }
}
