/** Cookies that hang together by being neighbours, directly or through others. */
export interface Family {
  /** The id of the member that names it. */
  readonly name: string;
  readonly size: number;
  /** Some members, the name first, then in the order of their ids. */
  readonly members: readonly string[];
}
