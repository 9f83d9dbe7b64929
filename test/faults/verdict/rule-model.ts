import type { Cookie } from '../../../cookiejar/cookie.ts';
import type { JsonValue } from '../../../cookiejar/json.ts';
import type { ReceiverName, VersionedRule } from '../plan/plan.ts';

/** A notification that a rule must have produced. */
export interface ExpectedNotification {
  /** The rule; it notifies about its own name. */
  readonly sender: string;
  readonly data: JsonValue;
  /** Whether `data` also has a `version`, which depends on when the rule was saved. */
  readonly versioned: boolean;
}

/** What the last judgement of a job must have come to. */
export interface ExpectedJudgement {
  readonly applied: readonly string[];
  readonly notifications: readonly ExpectedNotification[];
  readonly stopped: boolean;
}

const VERSIONED = new Set<string>(['flagged', 'tallied'] satisfies VersionedRule[]);
const SIZE_LIMIT = 60;

/** Rules that match without notifying. */
export const SILENT_RULES: ReadonlySet<string> = new Set(['always']);

/** What the rules of `world/rule-files.ts` make of a cookie, written anew. */
export function judgeByHand({ identifier, enrichments }: Cookie): ExpectedJudgement {
  const manual = enrichments.fromSource('manual').map(({ metadata }) => metadata);
  const newest = (source: string) => enrichments.mostRecent(source)?.metadata;
  const flags = manual.filter((metadata) => metadata['flag'] === true).length;
  const size = newest('folder_update')?.['size'];
  const zoned = enrichments.fromSource('irods_update').length;
  const stopped = manual.some((metadata) => metadata['stop'] === true);
  const isTallied = newest('tally')?.['n'] === manual.length;
  const matches: [string, boolean, JsonValue | undefined][] = [
    ['always', true, undefined],
    ['flagged', flags > 0, { flags }],
    ['stop', stopped, null],
    ...(stopped
      ? []
      : ([
          ['sized', typeof size === 'number' && size > SIZE_LIMIT, size],
          ['zoned', zoned > 0, zoned],
          ['chained', enrichments.fromSource('second').length > 0, identifier],
          ['tallied', isTallied, { n: manual.length }],
        ] satisfies [string, boolean, JsonValue | undefined][])),
  ];
  const applied = matches.filter(([, isMatch]) => isMatch);
  return {
    applied: applied.map(([id]) => id),
    notifications: applied.flatMap(([sender, , data]) =>
      data === undefined ? [] : [{ sender, data, versioned: VERSIONED.has(sender) }],
    ),
    stopped,
  };
}

/** Who takes notifications about what; by rule, as every rule notifies about its own name. */
export function receiversOf(about: string, tellsTheEnd: boolean): readonly ReceiverName[] {
  switch (about) {
    case 'flagged':
      return ['one', 'two'];
    case 'sized':
    case 'tallied':
      return ['one'];
    case 'zoned':
    case 'chained':
      return ['two'];
    case 'stop':
      return ['one', 'three'];
    case 'nothing_more_to_learn':
      return tellsTheEnd ? ['three'] : [];
    default:
      return [];
  }
}
