import { IrodsError } from '../errors.ts';

/** Thrown when a collection that a sweep is to walk does not exist or may not be read. */
export class CollectionUnavailableError extends IrodsError {
  override readonly name = 'CollectionUnavailableError';
  override readonly retryable = false;

  constructor(collection: string, { message, code }: IrodsError) {
    super(`collections: ${collection} cannot be swept: ${message}; allowed: collections that may be listed`, { code });
  }
}
