import * as fc from 'fast-check';
import {
  type Cookie,
  type Loader,
  Priority,
  type Receiver,
  type Rule,
  defineLoader,
  defineReceiver,
  defineRule,
  notify,
} from '../../index.ts';
import type { Context } from '../../rulebook/authoring/context.ts';
import { createBook } from '../../rulebook/evaluation/book.ts';
import { type BundleModules, collectDefinitions } from '../../rulebook/evaluation/collect-definitions.ts';
import { judge } from '../../rulebook/evaluation/judge.ts';
import type { Judgement } from '../../rulebook/evaluator.ts';
import { compareDefinitions } from '../../rulebook/order.ts';
import { AT, cookieWith } from '../support/rules-evaluation.ts';
import { logBook } from '../support/rules-folder.ts';

const context: Context = {
  log: logBook(),
  config: {},
  home: '/home',
  jar: { fetch: async () => undefined },
  signal: new AbortController().signal,
  heartbeat: () => undefined,
};

/** What an author in plain JavaScript might pass: anything. */
type Untyped = ReturnType<typeof JSON.parse>;
const untyped = (value: unknown): Untyped => value;
const fail = (): never => {
  throw new Error('oh');
};
const loader = (id: string, priority: number, canEnrich: () => boolean): Loader =>
  defineLoader({ id, priority, canEnrich, load: () => ({ source: 's', metadata: {} }) });

async function judgeBy(
  modules: BundleModules,
  cookie: Cookie = cookieWith('/a'),
  passedOver: string[] = [],
): Promise<Judgement> {
  const { definitions, problems } = collectDefinitions(modules);
  expect(problems).toEqual([]);
  const book = createBook(definitions, () => context);
  return judge(
    book,
    cookie,
    { kind: 'judge', cookie: cookie.toJSON(), job: 'job', at: AT, passedOver, without: [] },
    {
      run: async (_, call) => call(),
      problemOf: ({ kind, id, file }, fault) => ({ kind, id, file, message: String(fault) }),
    },
  );
}

const rule = (id: string, more: Partial<Rule> = {}): Rule =>
  defineRule({ id, matches: () => true, action: () => ({ notifications: [notify(id)] }), ...more });
const receiver = (id: string, more: Partial<Receiver> = {}): Receiver =>
  defineReceiver({ id, receive: () => undefined, ...more });
const names = ({ applied }: Judgement): string[] => applied.map(({ rule: id }) => id);
const abouts = ({ notifications }: Judgement): string[] => notifications.map(({ notification }) => notification.about);

describe('the order of rules', () => {
  it('is by priority, then file path, then id, whatever the order of definition', async () => {
    const place = fc.record({
      file: fc.constantFrom('a.rule.ts', 'a/b.rule.ts', 'B.rule.ts', 'é.rule.ts'),
      priority: fc.option(fc.oneof(fc.constantFrom(Priority.MAX, Priority.MIN, 1, 1.5), fc.nat()), { nil: undefined }),
      id: fc.stringMatching(/^[a-zA-Z]{1,3}$/),
    });
    const places = fc.uniqueArray(place, { selector: ({ id }) => id, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(places, async (all) => {
        const files = [...new Set(all.map(({ file }) => file))];
        const modules = files.map((file) => {
          const own = all.filter((one) => one.file === file);
          return [
            file,
            { all: own.map(({ id, priority }) => rule(id, priority === undefined ? {} : { priority })) },
          ] as const;
        });
        const judgement = await judgeBy(modules);
        const key = ({ priority = Priority.MIN, file, id }: (typeof all)[number]) => [priority, file, id] as const;
        const expected = all.toSorted((a, b) => {
          const [left, right] = [key(a), key(b)];
          for (const index of [0, 1, 2] as const)
            if (left[index] !== right[index]) return left[index] < right[index] ? -1 : 1;
          return 0;
        });
        expect(names(judgement)).toEqual(expected.map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });

  it('is total: no two definitions are equal unless they are the same', () => {
    const summary = fc.record({
      kind: fc.constantFrom('rule' as const, 'loader' as const, 'receiver' as const),
      id: fc.string({ maxLength: 2 }),
      priority: fc.nat(2),
      file: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(summary, summary, (a, b) => {
        expect(Math.sign(compareDefinitions(a, b))).toBe(0 - Math.sign(compareDefinitions(b, a)));
        if (compareDefinitions(a, b) === 0) expect(a).toEqual(b);
      }),
    );
  });
});

describe('a judgement', () => {
  it('takes definitions under any names, as default, in arrays, and one that is exported twice once', async () => {
    const one = rule('one');
    const judgement = await judgeBy([
      ['a.rule.ts', { default: one, one, list: [rule('two'), [rule('three')]], other: 'thing' }],
      ['b.rule.ts', { again: one }],
    ]);
    expect(names(judgement)).toEqual(['one', 'three', 'two']);
  });

  it('runs no rule after one that terminates, and looks for no loader then', async () => {
    const modules = [
      [
        'a.rule.ts',
        {
          a: rule('a', { priority: 1, action: () => ({ terminate: true }) }),
          b: rule('b', { priority: 2 }),
          l: loader('l', 0, () => true),
        },
      ],
    ] as const;
    expect(await judgeBy(modules)).toEqual({
      applied: [{ rule: 'a', terminate: true }],
      notifications: [],
      stopped: true,
      problems: [],
    });
  });

  it('awaits async rules; any truthy answer matches, a promise of false does not', async () => {
    const judgement = await judgeBy([
      [
        'a.rule.ts',
        {
          a: rule('a', { matches: async () => Promise.resolve(false) }),
          b: rule('b', {
            matches: async () => Promise.resolve(true),
            action: async () => Promise.resolve({}),
          }),
          c: rule('c', { matches: untyped(() => 'x') }),
          d: rule('d', { matches: untyped(() => 0) }),
          e: rule('e', { action: () => undefined }),
        },
      ],
    ]);
    expect(names(judgement)).toEqual(['b', 'c', 'e']);
  });

  it('records a throw of matches or action, drops its notifications and goes on with the next rule', async () => {
    const judgement = await judgeBy([
      ['a.rule.ts', { a: rule('a', { matches: fail }), b: rule('b', { action: fail }), c: rule('c') }],
    ]);
    expect(names(judgement)).toEqual(['c']);
    expect(abouts(judgement)).toEqual(['c', 'nothing_more_to_learn']);
    expect(judgement.problems).toEqual([
      { kind: 'rule', id: 'a', file: 'a.rule.ts', message: 'Error: oh' },
      { kind: 'rule', id: 'b', file: 'a.rule.ts', message: 'Error: oh' },
    ]);
  });

  it.each([
    ['a text', 'x', `action returned "x"`],
    ['an unknown member', { notification: [] }, `unknown member 'notification' (allowed: notifications, terminate)`],
    ['terminate that is no boolean', { terminate: 'yes' }, `"yes" as 'terminate' (allowed: true, false)`],
    ['notifications that are no array', { notifications: notify('x') }, `as 'notifications' (allowed: an array)`],
    ['a notification without about', { notifications: [{ data: 1 }] }, 'notifications[0].about is undefined'],
    ['an empty sender', { notifications: [{ about: 'x', sender: '' }] }, 'notifications[0].sender is ""'],
    [
      'data that JSON cannot say',
      { notifications: [notify('x'), { about: 'x', data: { at: [new Date()] } }] },
      'notifications[1].data.at[0]',
    ],
    ['a number that is none', { notifications: [notify('x', { data: NaN })] }, 'notifications[0].data is NaN'],
    ['half a character', { notifications: [notify('x', { data: '\ud800' })] }, 'not well-formed'],
  ])('counts an action as thrown that returns %s', async (_, result, message) => {
    const judgement = await judgeBy([['a.rule.ts', { a: rule('a', { action: () => untyped(result) }) }]]);
    expect(judgement.applied).toEqual([]);
    expect(abouts(judgement)).toEqual(['nothing_more_to_learn']);
    expect(judgement.problems[0]?.message).toContain(message);
  });

  it('sends the same about and data of one rule once, of two rules twice; the sender is the rule unless it says so', async () => {
    const same = {
      action: () => ({
        notifications: [notify('x', { data: { b: 1, a: 2 } }), notify('x', { data: { a: 2, b: 1 } }), notify('x')],
      }),
    };
    const named = { action: () => ({ notifications: [notify('x', { sender: 'me' })] }) };
    const { notifications } = await judgeBy([
      ['a.rule.ts', { a: rule('a', same), b: rule('b', same), c: rule('c', named) }],
    ]);
    const rows = notifications.map(({ notification: { about, sender, data } }) => [about, sender, data]);
    expect(rows).toEqual([
      ['x', 'a', { b: 1, a: 2 }],
      ['x', 'a', null],
      ['x', 'b', { b: 1, a: 2 }],
      ['x', 'b', null],
      ['x', 'me', null],
      ['nothing_more_to_learn', 'cookie-monster', '/a'],
    ]);
    expect(new Set(notifications.map(({ notification }) => notification.id)).size).toBe(6);
  });

  it('gives the same ids and times when it is repeated, and others in another job', async () => {
    const modules = [['a.rule.ts', { a: rule('a') }]] as const;
    const [first, again] = [await judgeBy(modules), await judgeBy(modules)];
    expect(again).toEqual(first);
    expect(first.notifications[0]?.notification).toMatchObject({
      at: AT,
      identifier: '/a',
      about: 'a',
      sender: 'a',
      data: null,
    });
  });

  it('offers each notification to the receivers that accept it; no accepts means all, a throw means no', async () => {
    const receivers = {
      all: receiver('all'),
      some: receiver('some', { accepts: ({ about }) => about === 'a' }),
      late: receiver('late', {
        accepts: async ({ about }) => Promise.resolve(about === 'nothing_more_to_learn'),
      }),
      bad: receiver('bad', {
        accepts: (notification) => {
          Object.assign(notification, { about: 'changed' });
          return true;
        },
      }),
    };
    const judgement = await judgeBy([['a.rule.ts', { a: rule('a'), ...receivers }]]);
    const offered = judgement.notifications.map(({ notification, receivers: ids }) => [notification.about, ids]);
    expect(offered).toEqual([
      ['a', ['all', 'some']],
      ['nothing_more_to_learn', ['all', 'late']],
    ]);
    expect(judgement.problems.map(({ kind, id }) => [kind, id])).toEqual([
      ['receiver', 'bad'],
      ['receiver', 'bad'],
    ]);
  });

  it('names the first loader that can enrich, not one that was passed over or throws', async () => {
    const modules = [
      [
        'a.rule.ts',
        {
          none: loader('none', 0, () => false),
          bad: loader('bad', 1, fail),
          first: loader('first', 2, () => true),
          second: loader('second', 3, () => true),
        },
      ],
    ] as const;
    const judgement = await judgeBy(modules);
    expect(judgement).toMatchObject({
      nextLoader: 'first',
      notifications: [],
      problems: [{ kind: 'loader', id: 'bad' }],
    });
    expect((await judgeBy(modules, cookieWith('/a'), ['first'])).nextLoader).toBe('second');
    const last = await judgeBy(modules, cookieWith('/a'), ['first', 'second']);
    expect(last.nextLoader).toBeUndefined();
    expect(abouts(last)).toEqual(['nothing_more_to_learn']);
  });
});

describe('gathering definitions', () => {
  it('reports duplicate ids of one kind with the other file; the same id of another kind is fine', () => {
    const { problems } = collectDefinitions([
      ['a.rule.ts', { a: rule('x'), r: receiver('x') }],
      ['b.rule.ts', { b: rule('x') }],
    ]);
    expect(problems).toEqual([
      expect.objectContaining({
        file: 'b.rule.ts',
        reason: `there is already a rule with the id 'x' in a.rule.ts; ids must be unique`,
      }),
    ]);
  });

  it('reports files that define nothing, and what was not made by define…', () => {
    const { problems } = collectDefinitions([
      ['a.rule.ts', {}],
      ['b.rule.ts', { default: { id: 'x', matches: () => true, action: () => undefined } }],
    ]);
    expect(problems.map(({ file, reason }) => [file, reason.slice(0, 28)])).toEqual([
      ['a.rule.ts', 'exports no rule, loader or r'],
      ['b.rule.ts', 'exports what looks like a ru'],
    ]);
  });
});
