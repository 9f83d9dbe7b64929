import fc from 'fast-check';
import { cookieWorkflowId, cutToBytes } from '../../workflows/client/workflow-ids.ts';

describe('cookieWorkflowId', () => {
  it('is the identifier behind "cookie:" where that is short enough', () => {
    expect(cookieWorkflowId('/seq/1.cram')).toBe('cookie:/seq/1.cram');
  });

  it('stays within 255 bytes, is well-formed and differs for different long identifiers', () => {
    const long = fc.string({ unit: 'grapheme', minLength: 200, maxLength: 2_000 });
    fc.assert(
      fc.property(long, (identifier) => {
        const id = cookieWorkflowId(identifier);
        expect(Buffer.byteLength(id)).toBeLessThanOrEqual(255);
        expect(Buffer.from(id).toString()).toBe(id);
        expect(cookieWorkflowId(`${identifier}x`)).not.toBe(id);
      }),
    );
  });
});

describe('cutToBytes', () => {
  it('never cuts a character in two', () => {
    expect(cutToBytes('aé🍪', 2)).toBe('a');
    expect(cutToBytes('aé🍪', 3)).toBe('aé');
    expect(cutToBytes('aé🍪', 6)).toBe('aé');
    expect(cutToBytes('aé🍪', 7)).toBe('aé🍪');
  });
});
