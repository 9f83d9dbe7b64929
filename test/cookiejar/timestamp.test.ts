import * as fc from 'fast-check';
import { InvalidTimestampError } from '../../cookiejar/errors.ts';
import { toUtcInstant } from '../../cookiejar/timestamp.ts';

describe('toUtcInstant', () => {
  it.each([
    ['2026-01-05T06:00:00.000Z', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05T06:00:00Z', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05t06:00:00z', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05T06:00Z', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05T06Z', '2026-01-05T06:00:00.000Z'],
    ['2026-01-05T06:00:00.1234567Z', '2026-01-05T06:00:00.123Z'],
    ['2026-01-05T06:00:00,5Z', '2026-01-05T06:00:00.500Z'],
    ['2026-01-05T06:00:00+02:00', '2026-01-05T04:00:00.000Z'],
    ['2026-01-05T06:00:00-0530', '2026-01-05T11:30:00.000Z'],
    ['2026-01-05T06:00:00+01', '2026-01-05T05:00:00.000Z'],
    ['20260105T060000Z', '2026-01-05T06:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
  ])('takes %s as %s', (text, expected) => {
    expect(toUtcInstant(text)).toBe(expected);
  });

  it.each([
    ['2026-01-05T06:00:00', 'no zone'],
    ['2026-01-05', 'not an ISO'],
    ['yesterday', 'not an ISO'],
    ['', 'not an ISO'],
    ['2026-02-30T06:00:00Z', 'day does not exist'],
    ['2026-13-01T06:00:00Z', 'day does not exist'],
    ['2026-01-05T24:00:00Z', 'time of day'],
    ['2026-01-05T06:00:60Z', 'time of day'],
    ['2026-01-05T06:00:00+99:00', 'zone does not exist'],
    ['0000-01-01T00:00:00+01:00', 'year'],
    ['9999-12-31T23:59:59-01:00', 'year'],
    ['2026-0105T06:00:00Z', 'not an ISO'],
  ])('refuses %p: %s', (text, reason) => {
    expect(() => toUtcInstant(text)).toThrow(InvalidTimestampError);
    expect(() => toUtcInstant(text)).toThrow(reason);
  });

  it('keeps every instant that JavaScript can say in four-digit years', () => {
    const dates = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9998-12-31T00:00:00Z') });
    fc.assert(
      fc.property(
        dates.filter((date) => !Number.isNaN(date.getTime())),
        (date) => {
          expect(toUtcInstant(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });
});
