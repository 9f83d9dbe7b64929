/** Thrown when a run is due whose class is not here, or whose configuration cannot be used. Both may change. */
export class NothingToRunError extends Error {
  override readonly name = 'NothingToRunError';
}
