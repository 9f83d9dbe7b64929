import { Cookie, type CookieJson } from '../../cookiejar/cookie.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { isPlainObject, plainJsonObject } from '../../cookiejar/plain-json.ts';
import type { Context, IrodsReader, Log } from '../authoring/context.ts';
import { describe } from '../../bundling/describe.ts';
import type { DefinitionSummary } from '../problem.ts';
import type { HostCalls } from './host-calls.ts';
import type { ThreadSetup } from './messages.ts';
import type { ThreadLog } from './thread-log.ts';
import type { UserCodeRunner } from './user-code-runner.ts';

const NEVER = new AbortController().signal;

/** Makes the contexts that user code gets in one thread. */
export class UserContexts {
  readonly #setup: ThreadSetup;
  readonly #runner: UserCodeRunner;
  readonly #log: ThreadLog;
  readonly #jar: Context['jar'];
  readonly #irods: IrodsReader | undefined;

  constructor(setup: ThreadSetup, runner: UserCodeRunner, calls: HostCalls, log: ThreadLog) {
    this.#setup = setup;
    this.#runner = runner;
    this.#log = log;
    this.#jar = Object.freeze(jarReader(calls));
    this.#irods = setup.services.includes('irods.list') ? Object.freeze(irodsReader(calls)) : undefined;
  }

  /** The context of one definition: its log lines carry its name. */
  contextFor(definition: DefinitionSummary): Context {
    const runner = this.#runner;
    return Object.freeze({
      log: Object.freeze(this.#logOf(definition)),
      config: this.#setup.config,
      home: this.#setup.home,
      jar: this.#jar,
      ...(this.#irods === undefined ? {} : { irods: this.#irods }),
      get signal() {
        return runner.task?.signal ?? NEVER;
      },
      heartbeat: () => {
        runner.beat();
      },
    });
  }

  #logOf(definition: DefinitionSummary): Log {
    const at =
      (level: keyof Log) =>
      (message: string, details?: JsonObject): void => {
        this.#log.write(level, message, definition, details);
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

function jarReader(calls: HostCalls): Context['jar'] {
  return {
    async fetch(identifier) {
      const found = await calls.call('jar.fetch', [checkText(identifier, 'jar.fetch')]);
      return isCookieJson(found) ? Cookie.from(found) : undefined;
    },
  };
}

function irodsReader(calls: HostCalls): IrodsReader {
  return {
    async list(path, { signal } = {}) {
      const listing = await calls.call('irods.list', [checkText(path, 'irods.list')], signal);
      return plainJsonObject(listing, 'the listing');
    },
  };
}

/** Whether the host answered with what `Cookie.toJSON` wrote. */
function isCookieJson(value: unknown): value is CookieJson {
  return isPlainObject(value) && typeof value['identifier'] === 'string' && Array.isArray(value['enrichments']);
}

function checkText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${where} was given ${describe(value)} (allowed: a text)`);
}
