import { type Logger, pino } from 'pino';
import { z } from 'zod';

const lineSchema = z.looseObject({ level: z.number(), msg: z.string().optional() });

/** Writes a line of a thread's pino to the host's. */
export function relayLine(logger: Logger, line: string): void {
  const { level, msg, ...fields } = lineSchema.parse(JSON.parse(line));
  const label = pino.levels.labels[level];
  const write = label === undefined ? 'info' : levelOf(label);
  if (msg === undefined) logger[write](fields);
  else logger[write](fields, msg);
}

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function levelOf(label: string): Level {
  return LEVELS.find((level) => level === label) ?? 'info';
}
