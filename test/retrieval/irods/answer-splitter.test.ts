import fc from 'fast-check';
import { AnswerSplitter } from '../../../retrieval/irods/answer-splitter.ts';
import { BatonAnswerError } from '../../../retrieval/irods/errors.ts';

/** Everything that an answer holds, read in chunks cut at the given places. */
function read(text: string, cuts: readonly number[] = []): { elements: unknown[]; object: unknown; complete: boolean } {
  const splitter = new AnswerSplitter();
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const elements: unknown[] = [];
  let object: unknown;
  for (const [index, place] of places.entries()) {
    const part = splitter.push(bytes.subarray(place, places[index + 1] ?? place));
    elements.push(...part.elements);
    object ??= part.object;
  }
  return { elements, object, complete: splitter.complete };
}

const cuts = fc.array(fc.nat(), { maxLength: 20 });

describe('an answer read in chunks', () => {
  it('gives the elements of any array, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), cuts, fc.constantFrom(undefined, 1), (array, places, indent) => {
        const { elements, complete } = read(`${JSON.stringify(array, undefined, indent)}\n`, places);
        expect(elements).toEqual(JSON.parse(JSON.stringify(array)));
        expect(complete).toBe(true);
      }),
    );
  });

  it('gives the object that stands in for an array, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), cuts, (object, places) => {
        const text = JSON.stringify(object);
        expect(read(text, places)).toEqual({ elements: [], object: JSON.parse(text), complete: true });
      }),
    );
  });

  it('never calls a cut-off answer complete', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(), (array, cut) => {
        const bytes = Buffer.from(JSON.stringify(array));
        const splitter = new AnswerSplitter();
        splitter.push(bytes.subarray(0, cut % bytes.length));
        expect(splitter.complete).toBe(false);
      }),
    );
  });

  it('cuts inside characters of several bytes', () => {
    const text = '[{"data_name": "größe-☕-🧬.cram"}, "🧬"]';
    for (let place = 0; place < Buffer.byteLength(text); place += 1) {
      expect(read(text, [place]).elements).toEqual([{ data_name: 'größe-☕-🧬.cram' }, '🧬']);
    }
  });

  it.each(['Segmentation fault', '[1,]', '[,1]', '[1,,2]', '[{]}', '[1] [2]', '[1 2]', '"text"', ']', '[{"a": }]'])(
    'refuses %s, wherever it is cut',
    (text) => {
      for (let place = 0; place <= text.length; place += 1) expect(() => read(text, [place])).toThrow(BatonAnswerError);
    },
  );

  it('refuses a row that would fill the memory', () => {
    const splitter = new AnswerSplitter();
    splitter.push(Buffer.from('["'));
    const endless = Buffer.alloc(16 * 1024 ** 2, 'x');
    expect(() => {
      for (let round = 0; round < 5; round += 1) splitter.push(endless);
    }).toThrow(/found a row of more than/);
  });
});
