import { format } from 'node:util';

const LEVELS = [
  ['debug', 'debug'],
  ['log', 'info'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['trace', 'debug'],
] as const;

/** Makes the console of this thread write elsewhere, one formatted text a call. */
export function captureConsole(write: (level: (typeof LEVELS)[number][1], text: string) => void): void {
  for (const [method, level] of LEVELS) {
    Object.assign(console, {
      [method]: (...args: unknown[]) => {
        write(level, format(...args));
      },
    });
  }
}
