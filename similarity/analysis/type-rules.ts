import { namesOf } from './type-names.ts';

const EVERYTHING = '*';
const YES = '1';
const NO = '0';

/**
 * Which types of cookies are compared with which. A rule `{"png": ["jpeg", "gif"]}` holds both ways. A type is matched, in any case, as
 * its whole media type, its second half, or a short name (see `namesOf`); `*` stands for any letters, and alone for every cookie, also
 * for one whose type nobody knows.
 */
export class TypeRules {
  readonly #patterns: readonly RegExp[];
  /** By the numbers of their patterns. */
  readonly #rules: readonly (readonly [one: number, others: readonly number[]])[];
  readonly #kinds = new Map<string, string>();

  constructor(rules: Readonly<Record<string, readonly string[]>>) {
    const types = [...new Set(Object.entries(rules).flat(2))];
    this.#patterns = types.map(pattern);
    this.#rules = Object.entries(rules).map(([one, others]) => [
      types.indexOf(one),
      others.map((other) => types.indexOf(other)),
    ]);
  }

  /**
   * Media types of one kind are compared with the same types. There are few kinds, however many types cookies have; the empty text is a
   * type that nobody knows.
   */
  readonly kindOf = (type: string): string => {
    const known = this.#kinds.get(type);
    if (known !== undefined) return known;
    const names = namesOf(type);
    const kind = this.#patterns.map((allowed) => (matches(allowed, names) ? YES : NO)).join('');
    this.#kinds.set(type, kind);
    return kind;
  };

  /** Whether cookies of two kinds are compared. */
  readonly kindsMeet = (one: string, other: string): boolean =>
    this.#rulesAllow(one, other) || this.#rulesAllow(other, one);

  /** Whether cookies of two media types are compared. */
  readonly mayCompare = (one: string, other: string): boolean => this.kindsMeet(this.kindOf(one), this.kindOf(other));

  #rulesAllow(kind: string, otherKind: string): boolean {
    return this.#rules.some(([one, others]) => kind[one] === YES && others.some((other) => otherKind[other] === YES));
  }
}

function matches(allowed: RegExp, names: readonly string[]): boolean {
  return names.some((name) => allowed.test(name));
}

function pattern(type: string): RegExp {
  const literals = type
    .toLowerCase()
    .split(EVERYTHING)
    .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}
