/** What a run was found to have done wrong. */
export class Findings {
  readonly violations: string[] = [];
  /** Enrichments that were to be in the jar and are not; notifications that nobody got. */
  lost = 0;
  /** Enrichments that are in the jar more than once. */
  doubled = 0;

  /** Notes a violation unless something holds. */
  expect(holds: boolean, violation: () => string): void {
    if (!holds) this.violations.push(violation());
  }

  loses(what: string): void {
    this.lost += 1;
    this.violations.push(`lost: ${what}`);
  }

  doubles(what: string): void {
    this.doubled += 1;
    this.violations.push(`doubled: ${what}`);
  }
}
