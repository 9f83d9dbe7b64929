interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: number;
  readonly quality: number;
}

/** Java's own client writes `.2`, which the grammar does not have. */
const QUALITY = /^(?:0|0?\.\d*|1(?:\.0*)?)$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/**
 * Whether a request's `Accept` header takes `application/json`. A missing or empty header does not. Of the ranges that
 * cover it, the most specific decides, whatever their order (RFC 9110, 12.5.1).
 */
export function acceptsJson(header: string | undefined): boolean {
  const ranges = (header ?? '')
    .split(',')
    .map(parseRange)
    .filter((range) => range !== undefined);
  const precedence = Math.max(...ranges.map(precedenceForJson));
  if (precedence < 1) return false;
  return ranges.some((range) => precedenceForJson(range) === precedence && range.quality > 0);
}

/** 3 for `application/json`, 2 for its type, 1 for all types, 0 where the range does not cover it. */
function precedenceForJson({ type, subtype, parameters }: MediaRange): number {
  // Our JSON has no parameters, so that a range which asks for one is about something else.
  if (parameters > 0) return 0;
  if (type === 'application' && subtype === 'json') return 3;
  if (subtype !== '*') return 0;
  if (type === 'application') return 2;
  return type === '*' ? 1 : 0;
}

/** Undefined where the element is no media range: it asks for nothing then. */
function parseRange(element: string): MediaRange | undefined {
  const [range = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase());
  const [type = '', subtype = '', ...rest] = range.split('/');
  if (rest.length > 0 || !TOKEN.test(type) || !TOKEN.test(subtype)) return undefined;
  const weightAt = parameters.findIndex((parameter) => /^q\s*=/.test(parameter));
  const quality = weightAt === -1 ? 1 : parseQuality(parameters[weightAt] ?? '');
  if (quality === undefined) return undefined;
  const mediaParameters = weightAt === -1 ? parameters : parameters.slice(0, weightAt);
  return { type, subtype, parameters: mediaParameters.filter(isMeaningful).length, quality };
}

/** JSON is UTF-8 always: asking for it changes nothing. */
function isMeaningful(parameter: string): boolean {
  return parameter !== '' && !/^charset\s*=\s*"?utf-?8"?$/.test(parameter);
}

function parseQuality(parameter: string): number | undefined {
  const value = parameter.slice(parameter.indexOf('=') + 1).trim();
  return QUALITY.test(value) ? Number(value) : undefined;
}
