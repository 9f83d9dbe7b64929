import type { Plan, VersionedRule } from '../plan/plan.ts';

/** The first version of the versioned rules. */
export const FIRST_VERSION = 1;

/** The rules folder of a run, by file name. What they do is told once more, in plain words, by `verdict/rule-model.ts`. */
export function ruleFiles({ tellsTheEnd }: Pick<Plan, 'tellsTheEnd'>): Readonly<Record<string, string>> {
  const hasChain = `from('manual').some(({ metadata }) => metadata.chain)`;
  return {
    'always.rule.ts': rule('always', 1, 'true', '{}'),
    'flagged.rule.ts': versionedRule('flagged', FIRST_VERSION),
    'throws.rule.ts': rule('throws', 3, THROWS, '{}'),
    'stop.rule.ts': rule(
      'stop',
      4,
      `from('manual').some(({ metadata }) => metadata.stop)`,
      telling('stop', 'null', true),
    ),
    'sized.rule.ts': rule('sized', 5, IS_LARGE, telling('sized', `newest('folder_update').metadata.size`)),
    'zoned.rule.ts': rule(
      'zoned',
      6,
      `from('irods_update').length > 0`,
      telling('zoned', `from('irods_update').length`),
    ),
    'chained.rule.ts': rule('chained', 7, `from('second').length > 0`, telling('chained', 'cookie.identifier')),
    'tallied.rule.ts': versionedRule('tallied', FIRST_VERSION),
    'first.loader.ts': loader('first', 1, `${hasChain} && from('first').length === 0`, '', '{ of: cookie.identifier }'),
    'second.loader.ts': loader('second', 2, FOLLOWS_FIRST, SECOND, '{ of: cookie.identifier }'),
    'tally.loader.ts': loader('tally', 3, `${MANUAL} > 0 && ${TALLY} !== ${MANUAL}`, '', `{ n: ${MANUAL} }`),
    'one.receiver.ts': receiver('one', ['flagged', 'stop', 'sized', 'tallied']),
    'two.receiver.ts': receiver('two', ['flagged', 'zoned', 'chained']),
    'three.receiver.ts': receiver('three', ['stop', ...(tellsTheEnd ? ['nothing_more_to_learn'] : [])]),
  };
}

/** A rule whose notifications tell its version. */
export function versionedRule(name: VersionedRule, version: number): string {
  const flags = `from('manual').filter(({ metadata }) => metadata.flag).length`;
  return name === 'flagged'
    ? rule('flagged', 2, `${flags} > 0`, telling('flagged', `{ flags: ${flags}, version: ${version} }`))
    : rule('tallied', 8, `${TALLY} === ${MANUAL}`, telling('tallied', `{ n: ${MANUAL}, version: ${version} }`));
}

const MANUAL = `from('manual').length`;
const TALLY = `newest('tally')?.metadata.n`;
const IS_LARGE = `(newest('folder_update')?.metadata.size ?? 0) > 60`;
const FOLLOWS_FIRST = `from('first').length > 0 && from('second').length === 0`;
const THROWS = `(() => { if (cookie.identifier.includes('odd')) throw new Error('odd'); })()`;

function telling(about: string, data: string, terminate = false): string {
  return `{ notifications: [notify('${about}', { data: ${data} })], terminate: ${terminate} }`;
}

/** No TypeScript at all. */
export const BROKEN_FILE = { name: 'broken.rule.ts', text: 'export default defineRule({ id: ' } as const;

/** Fails at times, and for some cookies is too slow for a workflow task. */
const SECOND = `
    if (cookie.identifier.endsWith('1')) await new Promise((resolve) => setTimeout(resolve, 1500));
    const answer = await fetch(context.config.outside + '/load', { method: 'POST', body: cookie.identifier });
    if (!answer.ok) throw new Error('the outside says ' + answer.status);`;

const AT_HAND = `
    const from = (source) => cookie.enrichments.fromSource(source);
    const newest = (source) => cookie.enrichments.mostRecent(source);`;

function rule(id: string, priority: number, matches: string, action: string): string {
  return `
import { defineRule, notify } from 'cookie-monster';
export default defineRule({
  id: '${id}', priority: ${priority},
  matches: (cookie) => {${AT_HAND}
    return ${matches};
  },
  action: (cookie) => {${AT_HAND}
    return ${action};
  },
});`;
}

function loader(id: string, priority: number, canEnrich: string, body: string, metadata: string): string {
  return `
import { defineLoader } from 'cookie-monster';
export default defineLoader({
  id: '${id}', priority: ${priority},
  canEnrich: (cookie) => {${AT_HAND}
    return ${canEnrich};
  },
  load: async (cookie, context) => {${AT_HAND}${body}
    return { source: '${id}', metadata: ${metadata} };
  },
});`;
}

function receiver(id: string, abouts: readonly string[]): string {
  return `
import { defineReceiver } from 'cookie-monster';
export default defineReceiver({
  id: '${id}',
  accepts: ({ about }) => ${JSON.stringify(abouts)}.includes(about),
  receive: async (notification, context) => {
    const answer = await fetch(context.config.outside + '/receive/${id}', { method: 'POST', body: JSON.stringify(notification) });
    if (!answer.ok) throw new Error('the outside says ' + answer.status);
  },
});`;
}
