import * as fc from 'fast-check';
import { parseJsonText, JsonSyntaxError } from '../../configs/json-text.ts';
import { parseDuration } from '../../configs/durations.ts';
import { check } from '../../configs/problems.ts';
import { projectFileSchema } from '../../configs/project-file.ts';
import { workerKeysSchema } from '../../configs/worker-keys.ts';
import { compileInterval } from '../../periodic/interval.ts';
import { IntervalError } from '../../periodic/errors.ts';
import { AnswerSplitter } from '../../retrieval/irods/answer-splitter.ts';
import { readDataRow, readMetadataRow } from '../../retrieval/irods/catalogue-rows.ts';
import { BatonAnswerError, IrodsError } from '../../retrieval/irods/errors.ts';
import { readAnswer } from '../../retrieval/irods/list-answer.ts';
import { listingSchema } from '../../retrieval/irods/listing.ts';
import { InvalidDigestError } from '../../similarity/errors.ts';
import { ssdeepCompare } from '../../similarity/ssdeep/ssdeep-compare.ts';

const GOOD_DIGEST = '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C';

/** All that a splitter makes of bytes that come in pieces. */
function split(...pieces: readonly (string | Buffer)[]): readonly unknown[] {
  const splitter = new AnswerSplitter();
  return pieces.flatMap((piece) => [...splitter.push(Buffer.from(piece)).elements]);
}

describe("baton's rows", () => {
  it.each<[string, (string | Buffer)[], RegExp]>([
    ['words', ['Segmentation fault'], /found "S" where an answer should begin/],
    ['a number', ['42'], /found "4" where an answer should begin/],
    ['a text', ['"rows"'], /where an answer should begin/],
    ['a NUL', ['\0'], /where an answer should begin/],
    ['a byte order mark', ['\uFEFF[]'], /where an answer should begin/],
    ['two arrays in one', ['[][]'], /found "\[" after the answer/],
    ['words after the array', ['[]', 'done'], /found "d" after the answer/],
    ['an empty place', ['[{"a":1},,{"b":2}]'], /no JSON|empty place/],
    ['a trailing comma', ['[{"a":1},]'], /no JSON|empty place/],
    ['nothing but a comma', ['[,]'], /no JSON|empty place/],
    ['single quotes', [`[{'a':1}]`], /no JSON/],
    ['NaN', ['[{"size":NaN}]'], /no JSON/],
    ['a line break in a text', ['[{"a":"b\nc"}]'], /no JSON/],
    ['brackets that do not match', ['[{"a":1]]'], /no JSON|after the answer/],
    ['more brackets than were opened', ['[]]'], /after the answer/],
  ])('that are %s are refused', (_what, pieces, message) => {
    expect(() => split(...pieces)).toThrow(message);
    expect(() => split(...pieces)).toThrow(BatonAnswerError);
    expect(split('[{"a":1}]')).toEqual([{ a: 1 }]);
  });

  it('may be cut anywhere, also in the middle of a character', () => {
    const rows = [{ a: 'ü€😀"\\' }, { b: [1, { c: null }] }];
    const bytes = Buffer.from(JSON.stringify(rows));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
        expect(split(...ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end)))).toEqual(rows);
      }),
    );
  });

  it('of any bytes are rows or a refusal, nothing else', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      '\\',
      'a',
      ':',
      '1',
      ' ',
      '\n',
      '\xff',
      'null',
      '{"a":1}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        onlyThrows(BatonAnswerError, () => split(...pieces.map((text) => Buffer.from(text, 'latin1'))));
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['an empty object', {}],
    ['a relative collection', row({ coll_name: 'zone' })],
    ['an empty name', row({ data_name: '' })],
    ['an empty id', row({ data_id: '' })],
    ['a number for an id', row({ data_id: 5 })],
    ['a negative time', row({ data_modify_ts: '-5' })],
    ['a time of twelve digits', row({ data_modify_ts: '999999999999' })],
    ['a time in words', row({ data_modify_ts: 'now' })],
    ['a time as a number', row({ data_modify_ts: 1767592800 })],
    ['an empty time', row({ data_modify_ts: '' })],
    ['a replica that is no number', row({ data_repl_num: 'x' })],
    ['a replica with a fraction', row({ data_repl_num: '1.5' })],
    ['no status', row({ data_repl_status: undefined })],
    ['a checksum that is a list', row({ data_checksum: [] })],
  ])('with %s make no sense, and say nothing', (_what, bad) => {
    expect(readDataRow(bad)).toBeUndefined();
    expect(readMetadataRow(bad)).toBeUndefined();
    expect(readDataRow(row({}))).toMatchObject({ path: '/zone/a', replica: 0 });
  });
});

describe("baton-do's lines", () => {
  it.each<[string, string, RegExp]>([
    ['an empty line', '', /no JSON/],
    ['words', 'ERROR: no such thing', /no JSON: ERROR/],
    ['half an answer', '{"result": {"single": {"coll', /no JSON/],
    ['a line of 1 MB', 'x'.repeat(1e6), /no JSON: x{200}$/],
    ['null', 'null', /neither "result" nor "error"/],
    ['a list', '[]', /neither "result" nor "error"/],
    ['an empty object', '{}', /neither "result" nor "error"/],
    ['a result that is a text', '{"result": "ok"}', /neither "result" nor "error"/],
    ['a result without a collection', '{"result": {"single": {}}}', /collection/],
    ['a size that is negative', listing('"size": "-5"'), /size/],
    ['a size in words', listing('"size": "big"'), /size/],
    ['AVUs that are an object', listing('"avus": {}'), /avus/],
    ['an AVU without a value', listing('"avus": [{"attribute": "a"}]'), /value/],
    ['an AVU that is null', listing('"avus": [null]'), /avus/],
    ['a replica without a number', listing('"replicates": [{"valid": true}]'), /number/],
    ['a time that is none', listing('"timestamps": [{"created": "yesterday"}]'), /created/],
    ['access that is a text', listing('"access": "own"'), /access/],
    ['an error without a message', '{"error": {"code": -310000}}', /./],
    ['an error nobody knows', '{"error": {"code": -99, "message": "odd"}}', /odd|-99/],
    ['an error that is a text', '{"error": "odd"}', /neither "result" nor "error"/],
  ])('of %s are refused', (_what, line, message) => {
    expect(() => readAnswer(line, listingSchema, '/zone/a')).toThrow(message);
    onlyThrows(IrodsError, () => readAnswer(line, listingSchema, '/zone/a'));
  });

  it('of any JSON are a listing or a refusal, nothing else', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        onlyThrows(IrodsError, () => readAnswer(`{"result":{"single":${json}}}`, listingSchema, '/a'));
        onlyThrows(IrodsError, () => readAnswer(json, listingSchema, '/a'));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a digest', () => {
  it.each<[string, string]>([
    ['empty', ''],
    ['words', 'no digest'],
    ['without texts', '3'],
    ['with one text', '3:abc'],
    ['without a block size', ':abc:def'],
    ['with a negative block size', '-3:abc:def'],
    ['with a fraction', '1.5:abc:def'],
    ['with a block size of seventeen digits', `${'9'.repeat(17)}:abc:def`],
    ['with a block size beyond safe numbers', '9999999999999999:abc:def'],
    ['with letters that are none', '3:ab-c:def'],
    ['with letters beyond ASCII', '3:äbc:def'],
    ['with a space', '3:abc :def'],
    ['with a NUL', '3:abc\0:def'],
    ['with three texts', '3:abc:def:ghi'],
    ['with too long a text', `3:${'ab'.repeat(40)}:def`],
    ['of 1 MB', `3:${'ab'.repeat(5e5)}:def`],
    ['of a sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])('is refused: %s', (_what, digest) => {
    expect(() => ssdeepCompare(digest, GOOD_DIGEST)).toThrow(InvalidDigestError);
    expect(() => ssdeepCompare(GOOD_DIGEST, digest)).toThrow(/allowed is <block size>:<text>:<text>/);
    expect(ssdeepCompare(GOOD_DIGEST, GOOD_DIGEST)).toBe(100);
  });

  it('of any text has a score or is refused, nothing else', () => {
    const digest = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^\d{1,17}:[a-c+/]{0,70}:[a-c+/]{0,70}(,.{0,3})?$/),
    );
    fc.assert(
      fc.property(digest, digest, (a, b) => {
        onlyThrows(InvalidDigestError, () => {
          const score = ssdeepCompare(a, b);
          expect(score >= 0 && score <= 100).toBe(true);
        });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an interval', () => {
  const NOW = new Date('2026-01-05T06:00:00Z');
  const words = fc.constantFrom(
    ...'daily hourly minutely secondly weekly monthly yearly every after before between and on at time of day'.split(
      ' ',
    ),
    ...'hour minute 10 07:00 10:70 Mon 3rd 32nd last 5 min ( ) & | ~ cron( * */5 */0 , - 0 99999999999'.split(' '),
    '\0',
    '😀',
    '\ud800',
    '',
  );

  it.each([
    ['opens a hundred thousand times', '('.repeat(100_000)],
    ['denies a hundred thousand times', `${'~'.repeat(100_000)}daily`],
    ['is 1 MB of spaces', ' '.repeat(1e6)],
    ['is 1 MB of words', 'daily '.repeat(150_000)],
    ['is a cron of 1 MB', `cron(${'1,'.repeat(5e5)}1 * * * *)`],
    ['repeats every so many digits', `every ${'9'.repeat(1900)} s`],
    ['is a cron that never comes', 'cron(0 0 31 2 *)'],
    ['is half a surrogate pair', '\ud800'],
  ])('that %s is refused, with a place', (_what, text) => {
    expect(() => compileInterval(text, 'UTC', NOW)).toThrow(IntervalError);
    try {
      compileInterval(text, 'UTC', NOW);
    } catch (error) {
      expect(error).toMatchObject({ position: expect.any(Number) });
      expect(String(error).length).toBeLessThan(1000);
    }
  });

  it('of many stretches of the minute is read at once', () => {
    const stretch = (n: number): string => `time of minute between ${10 + n} and ${12 + n}`;
    const text = `secondly & (${Array.from({ length: 30 }, (_, n) => stretch(n)).join(' | ')})`;
    expect(compileInterval(text, 'UTC', NOW).spec).toBeDefined();
  });

  it('of any words is read, or refused with a place inside it', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 9 }), fc.constantFrom(' ', ''), (parts, gap) => {
        const text = parts.join(gap);
        try {
          compileInterval(text, 'Europe/London', NOW);
        } catch (error) {
          expect(error).toBeInstanceOf(IntervalError);
          const { position } = error as IntervalError;
          expect(position >= 0 && position <= text.length).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('configuration', () => {
  it('of any text is JSON or refused with a place inside it', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b',
      '\\u12',
      '1e999',
      '-',
      '\n',
      '\0',
      '\uFEFF',
      '"\\ud800"',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          try {
            expect(parseJsonText(text)).toEqual(JSON.parse(text.replace(/^\uFEFF/, '')));
          } catch (error) {
            expect(error).toBeInstanceOf(JsonSyntaxError);
            const { line, column } = error as JsonSyntaxError;
            expect(line >= 1 && column >= 1 && line <= text.split('\n').length).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of any JSON is taken, or each fault has its place and what is allowed', () => {
    const key = fc.constantFrom(
      'rules',
      'rounds',
      'ruleTimeout',
      'api',
      'tokens',
      'interval',
      'overlap',
      'jitter',
      '__proto__',
      'constructor',
      '',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', '5 s', 'hourly', '10 MiB'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (json) => {
        for (const schema of [projectFileSchema, workerKeysSchema]) {
          for (const problem of check(schema, json, 'file').problems) {
            expect(problem).toMatchObject({
              file: 'file',
              found: expect.stringMatching(/./),
              allowed: expect.stringMatching(/./),
            });
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('of any text is a duration of whole milliseconds or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{0,20}\.?\d{0,4} ?(ms|s|min|h|d|x)?$/)), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function row(changed: object): object {
  return {
    coll_name: '/zone',
    data_name: 'a',
    data_id: '1',
    data_repl_num: '0',
    data_modify_ts: '01767592800',
    data_repl_status: '1',
    ...changed,
  };
}

function listing(more: string): string {
  return `{"result": {"single": {"collection": "/zone", "data_object": "a", ${more}}}}`;
}

function onlyThrows(kind: abstract new (...args: never[]) => Error, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(kind);
  }
}
