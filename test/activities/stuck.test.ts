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

let activities = 0;

/** An activity of its own. */
function newActivity(): string {
  return String(++activities);
}

/** What a failure becomes in an attempt of a regular activity. */
async function outcome(error: Error, activityId: string, knowledge?: string): Promise<unknown> {
  const failing = async () => {
    throw error;
  };
  const env = new MockActivityEnvironment({ activityId, isLocal: false });
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
    const failure = await outcome(error, newActivity(), 'knowledge');
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
    const activity = newActivity();
    for (let attempt = 1; attempt < 20; attempt++) expect(await outcome(error, activity)).toBe(error);
    expect(await outcome(error, activity)).toMatchObject({ type: FailureType.CookieStuck, details: [] });
    expect(await outcome(error, newActivity())).toBe(error);
  });

  it('ends its job after as many attempts of that kind, though an outage used up others before', async () => {
    const activity = newActivity();
    for (let attempt = 1; attempt <= 100; attempt++) await outcome(new StoreUnavailableError('away'), activity);
    const strange = new TypeError('undefined is not a function');
    expect(await outcome(strange, activity)).toBe(strange);
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
    const activity = newActivity();
    for (let attempt = 1; attempt <= 100; attempt++) expect(await outcome(error, activity)).toBe(error);
  });

  it("is the loader's where what it brought cannot be stored", () => {
    expect(isUnstorable(new InvalidEnrichmentError('metadata', 'is too large'))).toBe(true);
    expect(isUnstorable(new StoreRefusedError(413, 'the document', 'too large'))).toBe(true);
    expect(isUnstorable(new StoreUnavailableError('away'))).toBe(false);
  });
});
