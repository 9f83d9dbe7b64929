/** Thrown when a delivery is asked for that was never recorded. */
export class UnknownDeliveryError extends Error {
  override readonly name = 'UnknownDeliveryError';

  constructor(id: string) {
    super(`no delivery '${id}' is recorded`);
  }
}

/** Thrown when the record of a delivery does not have the shape that this program writes. */
export class CorruptDeliveryError extends Error {
  override readonly name = 'CorruptDeliveryError';

  constructor(id: string, reason: string) {
    super(`the record of the delivery '${id}' in the jar is damaged: ${reason}`);
  }
}

/** Thrown when a page of the list of what a digest tells of does not have the shape that this program writes. */
export class CorruptDigestError extends Error {
  override readonly name = 'CorruptDigestError';

  constructor(id: string, reason: string) {
    super(`the document '${id}' in the jar, a part of a digest, is damaged: ${reason}`);
  }
}
