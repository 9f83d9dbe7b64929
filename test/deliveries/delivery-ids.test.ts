import * as fc from 'fast-check';
import { deliveryId, notificationId } from '../../deliveries/delivery-ids.ts';
import { jsonValue, text } from '../support/jar-arbitraries.ts';

describe('notificationId', () => {
  it('is short and plain', () => {
    expect(notificationId('job', 'rule', 'about', null)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is the same for the same, whatever the order of keys', () => {
    const there = notificationId('job', 'rule', 'about', { a: 1, b: [2] });
    expect(notificationId('job', 'rule', 'about', { b: [2], a: 1 })).toBe(there);
  });

  it('differs where anything differs', () => {
    const parts = fc.tuple(text, text, text, jsonValue);
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(notificationId(...left)).not.toBe(notificationId(...right));
      }),
    );
    expect(notificationId('ab', 'c', '', null)).not.toBe(notificationId('a', 'bc', '', null));
  });
});

describe('deliveryId', () => {
  it('names notification and receiver', () => {
    expect(deliveryId('0123', 'everyone')).toBe('0123:everyone');
  });

  it('is plain and short for odd receivers, and different for different ones', () => {
    const receiver = fc.oneof(text, fc.string({ unit: 'binary', minLength: 190, maxLength: 400 }));
    fc.assert(
      fc.property(receiver, receiver, (left, right) => {
        const id = deliveryId('0123', left);
        expect(id).toMatch(/^0123:[\w%.!~*'()-]*$/);
        expect(id.length).toBeLessThan(250);
        expect(id === deliveryId('0123', right)).toBe(left === right);
      }),
    );
  });
});
