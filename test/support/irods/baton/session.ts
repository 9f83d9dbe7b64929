import type { FaultKind } from '../faults.ts';
import type { CommandLine } from './command-line.ts';
import { Connection } from './connection.ts';
import { type Json, type JsonMap, dump, isMap } from './dump.ts';
import { Crash, Failure } from './failures.ts';
import { type Framed } from './framing.ts';
import { type Handler, handlerOf } from './operations.ts';
import { logError, type Output } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM', 'SIGUSR2', 'SIGPIPE'] as const;

/** Whether a program goes on after an input. */
export type Next = 'go on' | 'stop';

/** One process at work: connects when it must, answers inputs in order, counts errors. */
export class Session {
  readonly #folder: string;
  readonly #command: CommandLine;
  readonly #output: Output;
  readonly #handler: Handler;
  #connection: Connection | undefined;
  #answered = 0;
  #errors = 0;
  #stopping = false;

  constructor(folder: string, command: CommandLine, output: Output) {
    this.#folder = folder;
    this.#command = command;
    this.#output = output;
    this.#handler = handlerOf(command);
  }

  get errors(): number {
    return this.#errors;
  }

  /** Called when a signal came that ends the program between two inputs. */
  onStop: () => void = () => {};

  /** Connects if that was not done. Signals are handled only from here on. */
  connect(): boolean {
    if (this.#connection !== undefined) return true;
    this.#connection = Connection.open(this.#folder, this.#command.program);
    if (this.#connection === undefined) return false;
    this.#output.pauseMs = this.#connection.limits.get('writes-slowly') ?? 0;
    this.#output.cutAfter = this.#connection.limits.get('cuts-output') ?? Number.POSITIVE_INFINITY;
    for (const signal of SIGNALS) process.on(signal, () => this.#stop());
    return true;
  }

  /** Takes one input. */
  async take(framed: Framed): Promise<Next> {
    if (this.#stopping) return 'stop';
    if ('syntaxError' in framed) {
      logError(`JSON error at line 1, column 1: ${framed.syntaxError}`);
      return 'go on';
    }
    if (!this.connect()) return 'stop';
    if (this.#reached('ends-after')) return 'stop';
    if (this.#reached('hangs-after')) await new Promise(() => setInterval(() => {}, 60_000));
    if (this.#reached('aborts-after')) crash('SIGABRT');
    this.#answer(framed.value);
    return this.#stopping ? 'stop' : 'go on';
  }

  #answer(value: Json): void {
    if (!isMap(value)) {
      logError('Item is not a JSON object');
      this.#errors += 1;
      return;
    }
    const pieces = this.#piecesFor(value);
    this.#answered += 1;
    if (this.#connection?.fault('loses-answers') !== undefined) return;
    this.#output.line(this.#connection?.fault('garbles') === undefined ? pieces : ['Segmentation fault (core dumped)']);
  }

  #piecesFor(input: JsonMap): string[] {
    const connection = this.#connection;
    if (connection === undefined) throw new Error('answers need a connection');
    try {
      const code = connection.fault('fails-with');
      if (code !== undefined) throw new Failure(code, `Failed: error ${code} AS_ASKED_FOR`);
      return this.#handler(connection, input, this.#reached('lost-after'));
    } catch (error) {
      if (error instanceof Crash) {
        logError(error.message);
        crash(error.signal);
      }
      if (!(error instanceof Failure)) throw error;
      this.#errors += 1;
      return [dump({ ...input, error: { code: error.code, message: error.message } })];
    }
  }

  #reached(kind: FaultKind): boolean {
    const limit = this.#connection?.limits.get(kind);
    return limit !== undefined && this.#answered >= limit;
  }

  #stop(): void {
    // The real baton-specificquery never looks at what its handler notes.
    if (this.#command.program === 'baton-specificquery') return;
    this.#stopping = true;
    this.onStop();
  }
}

function crash(signal: 'SIGABRT' | 'SIGSEGV'): never {
  process.kill(process.pid, signal);
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
