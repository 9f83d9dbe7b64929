import { acceptsJson } from '../../api/accept.ts';

describe('acceptsJson', () => {
  it.each([
    ['application/json'],
    ['APPLICATION/JSON'],
    ['application/json; q=0.1'],
    ['application/json;q=1.000'],
    ['application/json; charset=utf-8'],
    ['application/json;charset="UTF-8";q=0.5'],
    ['application/*'],
    ['*/*'],
    ['*/*;q=0.001'],
    ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8'],
    // What Java's own client sends, and what the grammar does not have.
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'],
    ['text/html,application/json'],
    ['application/*;q=0, application/json'],
    ['application/json, */*;q=0'],
    ['*/*;q=0, application/*;q=0.5'],
    ['application/json;version=2;q=0, application/json'],
    [' application/json '],
    [',, application/json ,'],
  ])('takes %p', (header) => {
    expect(acceptsJson(header)).toBe(true);
  });

  it.each([
    [undefined],
    [''],
    ['text/html'],
    ['text/*'],
    ['application/problem+json'],
    ['application/jsonp'],
    ['application/json;q=0'],
    ['application/json;q=0.000'],
    ['application/json;q=0, */*'],
    ['*/*, application/json ; q=0'],
    ['application/*;q=0, */*'],
    ['*/*;q=0'],
    ['application/json;version=2'],
    ['*/json'],
    ['*'],
    ['json'],
    ['application/json/extra'],
    ['application/json;q=nonsense'],
    ['"application/json"'],
  ])('refuses %p', (header) => {
    expect(acceptsJson(header)).toBe(false);
  });
});
