import { RulebookUnavailableError } from '../errors.ts';
import type { JudgeTask } from '../evaluation/messages.ts';
import type { CodeProblem, Judgement, JudgementRequest } from '../evaluator.ts';
import type { DefinitionSummary } from '../problem.ts';
import { type TaskOutcome, isSlowToLoad } from './task-outcome.ts';
import type { ThreadPool } from './thread-pool.ts';
import { stoppedMessage } from './stopped-message.ts';

type Culprit = DefinitionSummary & { readonly index: number };
type Ended = Extract<TaskOutcome, { type: 'silent' | 'died' }>;

/** How often a thread may end, or fall silent, between two calls of user code before the judgement is given up. */
const MAX_BLAMELESS_ENDS = 2;

/**
 * Makes one judgement in a thread; if user code does not get on or ends the thread, again in another one without it.
 * @throws RulebookUnavailableError, EvaluatorClosedError
 */
export async function judgeInThreads(
  pool: ThreadPool,
  locate: (hash: string) => Promise<string>,
  limitMs: number,
  request: JudgementRequest,
): Promise<Judgement> {
  const history = new Attempts(limitMs);
  for (;;) {
    const { rulebook: hash } = request;
    const task = judgeTask(request, history.without);
    const { careful } = history;
    const outcome = await pool.run({ hash, locate: async () => locate(hash), task, limitMs, careful });
    if (outcome.type === 'done' && outcome.result.kind === 'judge') return history.complete(outcome.result.judgement);
    if (outcome.type === 'unloadable') throw new RulebookUnavailableError(hash, outcome.problem.reason);
    if (outcome.type === 'silent' || outcome.type === 'died') history.note(hash, outcome);
    else throw new Error(`a judgement ended as '${outcome.type}'`);
  }
}

function judgeTask({ cookie, job, at, passedOver }: JudgementRequest, without: readonly number[]): JudgeTask {
  return { kind: 'judge', cookie: cookie.toJSON(), job, at, passedOver, without };
}

/** What went wrong in the attempts at one judgement so far. */
class Attempts {
  readonly #limitMs: number;
  readonly #culprits: Culprit[] = [];
  readonly #problems: CodeProblem[] = [];
  readonly #diedAt = new Set<number>();
  #blameless = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get without(): readonly number[] {
    return this.#culprits.map(({ index }) => index);
  }

  /** Once a thread has ended, it matters what user code leaves behind. */
  get careful(): boolean {
    return this.#blameless > 0 || this.#diedAt.size > 0;
  }

  complete(judgement: Judgement): Judgement {
    if (this.#problems.length === 0) return judgement;
    return { ...judgement, problems: [...this.#problems, ...judgement.problems] };
  }

  note(hash: string, ended: Ended): void {
    const { definition } = ended;
    if (definition === undefined) {
      this.#blameless += 1;
      if (this.#blameless <= MAX_BLAMELESS_ENDS && !isSlowToLoad(ended)) return;
      throw new RulebookUnavailableError(hash, stoppedMessage(ended, this.#limitMs));
    }
    const { index } = ended.at;
    // Another one's leavings may have ended the thread, e.g. by filling its memory: a fresh thread shows.
    if (ended.type === 'died' && !this.#diedAt.has(index)) this.#diedAt.add(index);
    else this.#blame(definition, ended);
  }

  #blame({ kind, id, file }: DefinitionSummary, ended: Ended): void {
    this.#culprits.push({ kind, id, file, index: ended.at.index });
    this.#problems.push({ kind, id, file, message: stoppedMessage(ended, this.#limitMs) });
  }
}
