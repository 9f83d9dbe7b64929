import * as api from '../../index.ts';
import { definitionKind } from '../../rulebook/authoring/definition.ts';
import { InvalidDefinitionError } from '../../rulebook/errors.ts';

const { defineLoader, defineReceiver, defineRule, notify, Priority } = api;
const yes = (): boolean => true;
const nothing = (): void => undefined;

/** What an author in plain JavaScript might pass: anything. */
type Untyped = ReturnType<typeof JSON.parse>;
const untyped = (value: unknown): Untyped => value;

describe('defining', () => {
  it('makes rules, loaders and receivers that keep what they were given', () => {
    const rule = defineRule({ id: 'r', priority: 3, matches: yes, action: nothing });
    const loader = defineLoader({ id: 'l', canEnrich: yes, load: () => ({ source: 's', metadata: {} }) });
    const receiver = defineReceiver({ id: 'v', receive: nothing });
    expect([rule, loader, receiver].map(definitionKind)).toEqual(['rule', 'loader', 'receiver']);
    expect(rule).toMatchObject({ id: 'r', priority: 3, matches: yes, action: nothing });
    expect(Object.isFrozen(rule)).toBe(true);
    expect(definitionKind({ ...rule })).toBeUndefined();
  });

  it.each([
    [{ id: 'x', matches: yes }, `rule 'x' lacks 'action' (a function)`],
    [{ matches: yes, action: yes }, `rule lacks 'id'`],
    [{ id: '', matches: yes, action: yes }, `has "" as 'id' (allowed: a text of 1 to 200 characters`],
    [{ id: ' x', matches: yes, action: yes }, `has " x" as 'id'`],
    [{ id: 'x', matches: true, action: yes }, `has true as 'matches' (allowed: a function)`],
    [
      { id: 'x', priority: '1', matches: yes, action: yes },
      `has "1" as 'priority' (allowed: a number from Priority.MAX (0`,
    ],
    [{ id: 'x', priority: -1, matches: yes, action: yes }, `has -1 as 'priority'`],
    [{ id: 'x', priority: NaN, matches: yes, action: yes }, `has NaN as 'priority'`],
    [
      { id: 'x', matchs: yes, action: yes },
      `has an unknown property 'matchs' (allowed: id, priority, matches, action); lacks 'matches'`,
    ],
    [null, 'rule must be an object, not null'],
  ])('refuses %j', (definition, message) => {
    expect(() => defineRule(untyped(definition))).toThrow(InvalidDefinitionError);
    expect(() => defineRule(untyped(definition))).toThrow(message);
  });

  it('names every fault of loaders and receivers too', () => {
    expect(() => defineLoader(untyped({ id: 'l' }))).toThrow(/lacks 'canEnrich'.*lacks 'load'/);
    expect(() => defineReceiver(untyped({ id: 'v', accepts: 1, receive: 2 }))).toThrow(
      /1 as 'accepts'.*2 as 'receive'/,
    );
    expect(() => defineReceiver(untyped({ id: 'v', priority: 1, receive: nothing }))).toThrow(
      /unknown property 'priority'/,
    );
  });

  it('words notifications', () => {
    expect(notify('everyone')).toEqual({ about: 'everyone' });
    expect(notify('everyone', { data: [1], sender: 's' })).toEqual({ about: 'everyone', data: [1], sender: 's' });
  });

  it('has priorities from first to last', () => {
    expect(Priority.MAX).toBe(0);
    expect(Priority.MIN).toBeGreaterThan(1e9);
  });
});
