import type { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { Notification } from '../../deliveries/notification.ts';
import { notificationId } from '../../deliveries/delivery-ids.ts';
import type { CodeProblem, Judgement } from '../evaluator.ts';
import { checkAction } from './action-result.ts';
import type { Book, Entry } from './book.ts';
import { deepFrozen } from './deep-frozen.ts';
import type { JudgeTask } from './messages.ts';

/** Runs user code of one definition: noted as under way, its stray errors attributed. */
type RunUserCode = <T>(entry: Entry, call: () => T | Promise<T>) => Promise<T>;

/** How one judgement is made. */
export interface JudgeMeans {
  readonly run: RunUserCode;
  readonly problemOf: (entry: Entry, fault: unknown) => CodeProblem;
}

const NOTHING_MORE = 'nothing_more_to_learn';
const OWN_SENDER = 'cookie-monster';

/** Runs the rules of a rulebook against a cookie in their order, then looks for receivers and the next loader. */
export async function judge(book: Book, cookie: Cookie, task: JudgeTask, means: JudgeMeans): Promise<Judgement> {
  return new JudgementInProgress(book, cookie, task, means).make();
}

class JudgementInProgress {
  readonly #book: Book;
  readonly #cookie: Cookie;
  readonly #task: JudgeTask;
  readonly #means: JudgeMeans;
  readonly #applied: Judgement['applied'][number][] = [];
  readonly #notifications = new Map<string, Notification>();
  readonly #problems: CodeProblem[] = [];

  constructor(book: Book, cookie: Cookie, task: JudgeTask, means: JudgeMeans) {
    this.#book = book;
    this.#cookie = cookie;
    this.#task = task;
    this.#means = means;
  }

  async make(): Promise<Judgement> {
    const stopped = await this.#applyRules();
    const nextLoader = stopped ? undefined : await this.#findLoader();
    if (!stopped && nextLoader === undefined)
      this.#notify(OWN_SENDER, { about: NOTHING_MORE, data: this.#cookie.identifier });
    const notifications: Judgement['notifications'][number][] = [];
    for (const notification of this.#notifications.values())
      notifications.push({ notification, receivers: await this.#receiversOf(notification) });
    const judgement = { applied: this.#applied, notifications, stopped, problems: this.#problems };
    return nextLoader === undefined ? judgement : { ...judgement, nextLoader };
  }

  /** @returns whether a rule ended the processing */
  async #applyRules(): Promise<boolean> {
    for (const rule of this.#book.rules) {
      const action = await this.#try(rule, () => this.#apply(rule));
      if (action === undefined) continue;
      this.#applied.push({ rule: rule.id, terminate: action.terminate });
      for (const draft of action.notifications) this.#notify(rule.id, draft);
      if (action.terminate) return true;
    }
    return false;
  }

  async #apply({ code, context }: Entry<'rule'>) {
    if (!(await code.matches(this.#cookie, context))) return undefined;
    return checkAction(await code.action(this.#cookie, context));
  }

  async #findLoader(): Promise<string | undefined> {
    for (const loader of this.#book.loaders) {
      if (this.#task.passedOver.includes(loader.id)) continue;
      if (await this.#try(loader, async () => loader.code.canEnrich(this.#cookie, loader.context))) return loader.id;
    }
    return undefined;
  }

  #notify(rule: string, draft: { readonly about: string; readonly data: JsonValue; readonly sender?: string }): void {
    const { about, data, sender = rule } = draft;
    const { job, at } = this.#task;
    const id = notificationId(job, rule, about, data);
    if (this.#notifications.has(id)) return;
    this.#notifications.set(id, deepFrozen({ id, about, data, sender, identifier: this.#cookie.identifier, at }));
  }

  async #receiversOf(notification: Notification): Promise<string[]> {
    const receivers: string[] = [];
    for (const receiver of this.#book.receivers) {
      const { code } = receiver;
      const accepts =
        code.accepts === undefined || (await this.#try(receiver, async () => code.accepts?.(notification)));
      if (accepts) receivers.push(receiver.id);
    }
    return receivers;
  }

  /** Runs user code unless it was stopped before; what it throws becomes a problem. */
  async #try<T>(entry: Entry, call: () => Promise<T>): Promise<T | undefined> {
    if (this.#task.without.includes(entry.index)) return undefined;
    try {
      return await this.#means.run(entry, call);
    } catch (fault) {
      // What was thrown is user code, too: it may hang as soon as it is looked at.
      this.#problems.push(await this.#means.run(entry, () => this.#means.problemOf(entry, fault)));
      return undefined;
    }
  }
}
