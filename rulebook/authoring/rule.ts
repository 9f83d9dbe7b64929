import type { Cookie } from '../../cookiejar/cookie.ts';
import type { NotificationDraft } from '../../deliveries/notification.ts';
import type { Awaitable } from './awaitable.ts';
import type { Context } from './context.ts';
import { FUNCTION, ID, PRIORITY, brand, checkDefinition } from './definition.ts';

/** What a rule that matched wants done. */
export interface RuleAction {
  /** For the receivers; the same one twice goes out once. */
  readonly notifications?: readonly NotificationDraft[];
  /** Whether the cookie needs no further rules or loaders. @default false */
  readonly terminate?: boolean;
}

/** A condition on cookies and what is to be done with those that meet it. */
export interface Rule {
  /** Unique among the rules of the rulebook. */
  readonly id: string;
  /** Lower runs first; ties run by file path, then id. @default Priority.MIN */
  readonly priority?: number;
  /** Whether the rule concerns the cookie: any truthy answer says yes. */
  readonly matches: (cookie: Cookie, context: Context) => Awaitable<boolean>;
  /** Runs if the rule matches; returning nothing means: no notifications, go on. */
  readonly action: (cookie: Cookie, context: Context) => Awaitable<RuleAction | void>;
}

/**
 * Makes a rule; export it from a file of the rules folder.
 * @throws InvalidDefinitionError naming what is wrong and what is allowed
 */
export function defineRule(rule: Rule): Rule {
  checkDefinition('rule', rule, { id: ID, priority: PRIORITY, matches: FUNCTION, action: FUNCTION });
  return brand('rule', rule);
}
