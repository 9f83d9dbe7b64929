import { type Logger, pino } from 'pino';

/** A run that logs more than this in a second floods its host. */
const MAX_LINES_PER_SECOND = 1000;
const MAX_LINE_LENGTH = 100_000;

/** A logger whose lines cross to the host, which adds the time. */
export function threadLogger(level: string, post: (line: string) => void): Logger {
  let second = 0;
  let lines = 0;
  const write = (line: string): void => {
    const now = Math.floor(performance.now() / 1000);
    lines = now === second ? lines + 1 : 1;
    second = now;
    if (lines < MAX_LINES_PER_SECOND) post(line.length > MAX_LINE_LENGTH ? shortened(line) : line);
    else if (lines === MAX_LINES_PER_SECOND) post(dropped());
  };
  return pino({ level, base: null, timestamp: false }, { write });
}

function shortened(line: string): string {
  return JSON.stringify({ level: pino.levels.values['warn'], msg: `${line.slice(0, MAX_LINE_LENGTH)}… (cut)` });
}

function dropped(): string {
  const msg = `${MAX_LINES_PER_SECOND} lines logged in one second: the rest of them is dropped`;
  return JSON.stringify({ level: pino.levels.values['warn'], msg });
}
