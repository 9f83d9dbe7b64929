import type { CommandLine } from './command-line.ts';
import type { Connection } from './connection.ts';
import { type Json, type JsonMap, dump, isMap } from './dump.ts';
import { BATON, CONNECTION_LOST_TEXT, Crash, Failure, HEADER_READ, INVALID_ARGUMENT } from './failures.ts';
import { list, lostListing } from './listing.ts';
import { metamod, metaquery } from './metadata.ts';
import { answerSpecificQuery } from './specific-query.ts';

/** What a program makes of one input: the pieces of its line. */
export type Handler = (connection: Connection, input: JsonMap, lost: boolean) => string[];

/** The handler of the program that was called. */
export function handlerOf({ program, flags, values }: CommandLine): Handler {
  const unsafe = flags.has('unsafe');
  const handlers: Readonly<Record<string, Handler>> = {
    'baton-list': (connection, input, lost) => [dump(listOrFail(connection, input, flags, { lost, unsafe }))],
    'baton-metaquery': (connection, input, lost) => [dump(unlessLost(lost, () => metaquery(connection, input, flags)))],
    'baton-metamod': (connection, input, lost) => [
      dump(unlessLost(lost, () => metamod(connection, input, values.get('operation')))),
    ],
    'baton-do': (connection, input, lost) => [dump({ ...input, result: operate(connection, input, { lost, unsafe }) })],
    'baton-specificquery': (connection, input, lost) =>
      unlessLost(lost, () => answerSpecificQuery(connection, input, values.get('zone'))),
  };
  const handler = handlers[program];
  if (handler === undefined) throw new Error(`the stand-in has no ${program}`);
  return handler;
}

interface Circumstances {
  readonly lost: boolean;
  readonly unsafe: boolean;
}

function operate(connection: Connection, envelope: JsonMap, circumstances: Circumstances): JsonMap {
  const operation = envelope['operation'] ?? envelope['op'];
  const parameters = envelope['arguments'] ?? envelope['args'];
  const { target } = envelope;
  if (!isMap(parameters)) throw invalid('arguments property is missing');
  if (!isMap(target)) throw invalid('target property is missing');
  const wanted = new Set(Object.keys(parameters).filter((name) => parameters[name] === true));
  if (operation === 'list') return { single: listOrFail(connection, target, wanted, circumstances) };
  if (operation === 'metaquery') {
    const results: Json[] = wanted.has('object')
      ? unlessLost(circumstances.lost, () => metaquery(connection, target, wanted))
      : [];
    return { multiple: results };
  }
  if (operation === 'metamod') {
    const kind = parameters['operation'];
    return {
      single: unlessLost(circumstances.lost, () =>
        metamod(connection, target, typeof kind === 'string' ? kind : undefined),
      ),
    };
  }
  throw new Failure(BATON, `Invalid baton operation '${typeof operation === 'string' ? operation : ''}'`);
}

function listOrFail(
  connection: Connection,
  target: JsonMap,
  wanted: ReadonlySet<string>,
  { lost, unsafe }: Circumstances,
): JsonMap {
  if (typeof (target['collection'] ?? target['coll']) !== 'string')
    throw new Crash('SIGABRT', 'free(): invalid pointer');
  if (lost) throw lostListing(target);
  return list(connection, target, wanted, unsafe);
}

function unlessLost<T>(lost: boolean, work: () => T): T {
  if (lost) throw new Failure(HEADER_READ, `Failed to fetch query result: in chunk 0 error ${CONNECTION_LOST_TEXT} `);
  return work();
}

function invalid(what: string): Failure {
  return new Failure(INVALID_ARGUMENT, `Invalid iRODS operation arguments: ${what}`);
}
