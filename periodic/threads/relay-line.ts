import { type Logger, pino } from 'pino';
import { z } from 'zod';

const lineSchema = z.looseObject({});

/** pino writes its own level first; what is logged may have one too, and a `msg` that is no text. */
const LEVEL = /^\{"level":(\d+)/;

/**
 * Writes a line of a thread's pino to the host's.
 * @throws SyntaxError, ZodError for what is none
 */
export function relayLine(logger: Logger, line: string): void {
  const { level, msg, ...rest } = lineSchema.parse(JSON.parse(line));
  const number = Number(LEVEL.exec(line)?.[1]);
  const label = pino.levels.labels[number];
  const write = label === undefined ? 'info' : levelOf(label);
  const fields = level === number ? rest : { level, ...rest };
  if (msg === undefined) logger[write](fields);
  else if (typeof msg === 'string') logger[write](fields, msg);
  else logger[write]({ ...fields, msg });
}

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function levelOf(label: string): Level {
  return LEVELS.find((level) => level === label) ?? 'info';
}
