import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below those that systems give out by themselves, so that a port stays free while its server is down. */
const LOWEST = 12_000;
const HIGHEST = 30_000;

const given = new Set<number>();

/** Ports that nobody uses, and that this process gives out once only. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
