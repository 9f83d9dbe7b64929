import { type Part, Refusal } from './refusal.ts';
import { notEmpty, type Operator, scan, type Token } from './scan.ts';

/** What an interval text says, with every `~` moved down to the condition that it denies. */
export type Expression =
  | { readonly kind: 'part'; readonly part: Part; readonly denied: boolean }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[]; readonly position: number };

const WORDS = { '&': 'and', '|': 'or' } as const;
const DENIED_WORDS = { and: 'or', or: 'and' } as const;

/**
 * Reads the operators of an interval text: `~` binds first, then `&`, then `|`.
 * @throws Refusal
 */
export function parse(text: string): Expression {
  notEmpty(text);
  const reader = new Reader(text, scan(text));
  const expression = reader.operands('|');
  reader.end();
  return expression;
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  operands(operator: '|' | '&'): Expression {
    const operands = [this.#operand(operator)];
    const { position } = this.#next() ?? { position: this.#text.length };
    while (this.#take(operator)) operands.push(this.#operand(operator));
    const [first] = operands;
    return operands.length === 1 && first !== undefined ? first : { kind: WORDS[operator], operands, position };
  }

  end(): void {
    const token = this.#next();
    if (token === undefined) return;
    const stray = token.kind === 'operator' && token.operator === ')';
    const [before, after] = [this.#text.slice(0, token.position), this.#text.slice(token.position)];
    if (stray) throw new Refusal(token.position, 'nothing was opened', [before + after.slice(1)]);
    throw new Refusal(token.position, 'an operator is missing: & or |', [`${before.trimEnd()} & ${after}`]);
  }

  #operand(operator: '|' | '&'): Expression {
    return operator === '|' ? this.operands('&') : this.#single();
  }

  #single(): Expression {
    const token = this.#next();
    if (this.#take('~')) return deny(this.#single());
    if (this.#take('(')) return this.#group(token?.position ?? 0);
    if (token?.kind !== 'part') throw this.#missing();
    this.#at++;
    return { kind: 'part', part: token.part, denied: false };
  }

  #group(opened: number): Expression {
    const inner = this.operands('|');
    if (this.#take(')')) return inner;
    const token = this.#next();
    if (token === undefined) throw new Refusal(opened, 'this is never closed', [`${this.#text})`]);
    this.end();
    return inner;
  }

  #missing(): Refusal {
    const at = this.#next()?.position ?? this.#text.length;
    const before = this.#text.slice(0, at).trimEnd();
    const doubled = `${before.replace(/\s*[&|]$/, '')} ${this.#text.slice(at)}`;
    const dropped = before.replace(/\s*[&|~(]$/, '');
    return new Refusal(at, 'a condition is missing', [doubled, dropped]);
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(operator: Operator): boolean {
    const token = this.#next();
    const found = token?.kind === 'operator' && token.operator === operator;
    if (found) this.#at++;
    return found;
  }
}

function deny(expression: Expression): Expression {
  if (expression.kind === 'part') return { ...expression, denied: !expression.denied };
  const { kind, operands, position } = expression;
  return { kind: DENIED_WORDS[kind], operands: operands.map(deny), position };
}
