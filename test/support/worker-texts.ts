/** A periodic worker's file: one class with the statements of its callback. */
export function workerText(name: string, callback: string, { head = '', members = '' } = {}): string {
  return `import { appendFileSync, existsSync } from 'node:fs';
import { PeriodicWorker, z } from 'cookie-monster';
${head}
export class ${name} extends PeriodicWorker {
  ${members}
  async callback() {
    ${callback}
  }
}
`;
}
