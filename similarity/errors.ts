const LONGEST_SHOWN = 160;

/** Thrown when a text is no ssdeep digest. */
export class InvalidDigestError extends Error {
  override readonly name = 'InvalidDigestError';
  /** The text in question. */
  readonly digest: string;

  constructor(digest: string, reason: string, place = '') {
    super(
      `invalid ssdeep digest ${JSON.stringify(shortened(digest))}${place}: ${reason}; ` +
        `allowed is <block size>:<text>:<text>, optionally ,<file name>, e.g. 3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C`,
    );
    this.digest = digest;
  }
}

/** Thrown when a threshold is no number from 0 to 100. */
export class InvalidThresholdError extends Error {
  override readonly name = 'InvalidThresholdError';

  constructor(threshold: number) {
    super(`invalid threshold ${threshold}: allowed are the numbers from 0 to 100; pairs that score higher are similar`);
  }
}

/** Thrown when a limit is no whole number from 1 on. */
export class InvalidLimitError extends Error {
  override readonly name = 'InvalidLimitError';

  constructor(option: string, value: number) {
    super(`invalid ${option} ${value}: allowed are whole numbers from 1 on`);
  }
}

/** Thrown when a set of features is not written as one. */
export class InvalidFeaturesError extends Error {
  override readonly name = 'InvalidFeaturesError';

  constructor(reason: string, place = '') {
    super(
      `invalid features${place}: ${reason}; allowed are as many weights, numbers above 0, as hashes, whole numbers from 0 to 2^53 - 1, ` +
        'each higher than the one before it',
    );
  }
}

/** Thrown when there is more input than an ssdeep digest can tell of. */
export class InputTooLargeError extends Error {
  override readonly name = 'InputTooLargeError';

  constructor(mostBytes: number) {
    super(`the input is too large for an ssdeep digest: allowed are ${mostBytes} bytes`);
  }
}

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
