import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { endingWhatIsStuck, isUnstorable } from '../../activities/stuck.ts';
import {
  AccessDeniedError,
  CorruptDocumentError,
  InvalidEnrichmentError,
  StoreRefusedError,
  StoreUnavailableError,
} from '../../cookiejar/errors.ts';
import { NoRulebookError, RulebookUnavailableError, UserCodeError } from '../../rulebook/errors.ts';
import { FailureType } from '../../workflows/messages.ts';

/** What a failure becomes in an attempt of a regular activity. */
async function outcome(error: Error, attempt: number, knowledge?: string): Promise<unknown> {
  const failing = async () => {
    throw error;
  };
  const env = new MockActivityEnvironment({ attempt, isLocal: false });
  try {
    return await env.run(async () => endingWhatIsStuck(failing, knowledge));
  } catch (thrown) {
    return thrown;
  }
}

const diskFull = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

describe('a failure at one cookie', () => {
  it.each([
    ['a damaged document', new CorruptDocumentError('cookie:/a', 'nonsense')],
    ['a document that is too large', new StoreRefusedError(413, 'the document', 'too large')],
    ['a document that the store cannot read', new StoreRefusedError(400, 'the document', 'bad request')],
  ])('ends its job at once: %s', async (_, error) => {
    const failure = await outcome(error, 1, 'knowledge');
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: FailureType.CookieStuck,
      nonRetryable: true,
      message: error.message,
      details: ['knowledge'],
    });
  });

  it.each([
    ['a rulebook that cannot be run', new RulebookUnavailableError('abc', 'the jar does not have it')],
    ['what nobody has thought of', new TypeError('undefined is not a function')],
  ])('ends its job after many attempts: %s', async (_, error) => {
    expect(await outcome(error, 19)).toBe(error);
    expect(await outcome(error, 20)).toMatchObject({ type: FailureType.CookieStuck, details: [] });
  });

  it.each([
    ['an outage of the jar', new StoreUnavailableError('away')],
    ['a wrong password', new AccessDeniedError(401, 'a request', 'no')],
    ['a database that is not there', new StoreRefusedError(404, 'the database', 'no')],
    ['a missing rulebook', new NoRulebookError()],
    ['a full disk', diskFull],
    ['what a full disk leads to', new RulebookUnavailableError('abc', 'cannot be written', { cause: diskFull })],
    ["users' code", new UserCodeError({ kind: 'loader', id: 'l', file: 'l.ts', message: 'no' })],
  ])('is repeated for as long as it takes: %s', async (_, error) => {
    expect(await outcome(error, 1000)).toBe(error);
  });

  it("is the loader's where what it brought cannot be stored", () => {
    expect(isUnstorable(new InvalidEnrichmentError('metadata', 'is too large'))).toBe(true);
    expect(isUnstorable(new StoreRefusedError(413, 'the document', 'too large'))).toBe(true);
    expect(isUnstorable(new StoreUnavailableError('away'))).toBe(false);
  });
});
