import type { FastifyInstance } from 'fastify';

/** Which paths exist, and with which methods. */
export interface RouteTable {
  /** Methods that a path takes, `OPTIONS` among them; none where there is no such path. */
  methodsOf(path: string): readonly string[];
}

/** Keeps account of the routes that are registered on `app` from now on. */
export function keepRouteTable(app: FastifyInstance): RouteTable {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  return {
    methodsOf: (path) => {
      const known = [...methods].find(([url]) => isAt(url, path))?.[1];
      return known === undefined ? [] : [...known, 'OPTIONS'];
    },
  };
}

/** The path of a request's target, without its query. */
export function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? url;
}

function isAt(url: string, path: string): boolean {
  if (url.endsWith('*')) return path.startsWith(url.slice(0, -1));
  const [steps, taken] = [url.split('/'), path.split('/')];
  return steps.length === taken.length && steps.every((step, index) => matches(step, taken[index] ?? ''));
}

function matches(step: string, taken: string): boolean {
  return step.startsWith(':') ? taken !== '' : step === taken;
}
