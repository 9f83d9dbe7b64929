import { namesOf } from './type-names.ts';

const EVERYTHING = '*';

/**
 * Which types of cookies are compared with which. A rule `{"png": ["jpeg", "gif"]}` holds both ways. A type is matched, in any case, as
 * its whole media type, its second half, or a short name (see `namesOf`); `*` stands for any letters, and alone for every cookie, also
 * for one whose type nobody knows.
 */
export class TypeRules {
  readonly #rules: readonly (readonly [one: RegExp, others: readonly RegExp[]])[];
  readonly #answers = new Map<string, Map<string, boolean>>();

  constructor(rules: Readonly<Record<string, readonly string[]>>) {
    this.#rules = Object.entries(rules).map(([one, others]) => [pattern(one), others.map(pattern)]);
  }

  /** Whether cookies of two media types are compared; the empty text is a type that nobody knows. */
  readonly mayCompare = (one: string, other: string): boolean => {
    const answers = this.#answersOf(one);
    const known = answers.get(other);
    if (known !== undefined) return known;
    const answer = this.#rulesAllow(one, other) || this.#rulesAllow(other, one);
    answers.set(other, answer);
    return answer;
  };

  #answersOf(type: string): Map<string, boolean> {
    const answers = this.#answers.get(type) ?? new Map<string, boolean>();
    this.#answers.set(type, answers);
    return answers;
  }

  #rulesAllow(one: string, other: string): boolean {
    const [names, otherNames] = [namesOf(one), namesOf(other)];
    return this.#rules.some(
      ([left, rights]) => matches(left, names) && rights.some((right) => matches(right, otherNames)),
    );
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
