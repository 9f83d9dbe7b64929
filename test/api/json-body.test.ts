import { assert, jsonValue, pre, property } from 'fast-check';
import { parseJsonBody } from '../../api/json-body.ts';

function parse(text: string): unknown {
  return parseJsonBody(Buffer.from(text));
}

describe('parseJsonBody', () => {
  it('gives back any JSON of well-formed text as JSON.parse does', () => {
    assert(
      property(jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes an empty body as none, and a mark of byte order as nothing', () => {
    expect(parse('')).toBeUndefined();
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('takes members that are only dangerous to careless programs', () => {
    expect(parse('{"constructor":{"prototype":{"a":1}},"toString":2}')).toEqual(
      Object.fromEntries([
        ['constructor', { prototype: { a: 1 } }],
        ['toString', 2],
      ]),
    );
  });

  it('takes long numbers that it can keep', () => {
    const text =
      '[9007199254740991,-9007199254740992,100000000000000000000,0.1234567890123456,12345678901234567.5e1,1e300,"9007199254740993"]';
    expect(JSON.stringify(parse(text))).toBe(
      text.replace('12345678901234567.5e1', '123456789012345680').replace('1e300', '1e+300'),
    );
  });

  it.each([
    ['{"__proto__":1}', 'body: has a key named __proto__'],
    ['[1,{"a":[{"__proto__":{}}]}]', 'body[1].a[0]: has a key named __proto__'],
    [String.raw`{"\u005f_proto__":1}`, 'body: has a key named __proto__'],
    [String.raw`{"a":["\ud800"]}`, 'body.a[0]: is or names text that is not well-formed'],
    [String.raw`{"\udc00":1}`, 'body: is or names text that is not well-formed'],
    ['{"a":1e999}', 'body.a: is a number too large'],
    ['{"a":9007199254740993}', 'has the number 9007199254740993, which cannot be kept exactly'],
    [String.raw`{"a\\":[1,-18446744073709551615]}`, 'has the number -18446744073709551615, which'],
    ['340282366920938463463374607431768211455', 'has the number 340282366920938463463374607431768211455, which'],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'lies deeper than 104 levels'],
    ['{"a":', 'the body is not JSON'],
    ["{'a':1}", 'the body is not JSON'],
  ])('refuses %.40s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => parseJsonBody(Buffer.from('"\xe9"', 'latin1'))).toThrow('the body is not JSON: it is not UTF-8');
  });
});
