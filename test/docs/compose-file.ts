import { parse } from 'yaml';
import { z } from 'zod';
import { readProjectFile } from './project-files.ts';

const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

const serviceSchema = z.looseObject({
  image: z.string().optional(),
  build: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  restart: z.string(),
  healthcheck: z.looseObject({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  stop_grace_period: z.string().optional(),
  pull_policy: z.string().optional(),
});

const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.null()),
});

/** docker-compose.yml as `docker compose` sees it with these variables. */
export function composeFile(variables: ReadonlyMap<string, string>): z.output<typeof composeSchema> {
  const text = readProjectFile('docker-compose.yml').replaceAll(
    VARIABLE,
    (_, name: string, kind?: string, rest = '') => {
      const value = variables.get(name) ?? '';
      if (value !== '') return value;
      if (kind === '?') throw new Error(`${name}: ${rest}`);
      return rest;
    },
  );
  return composeSchema.parse(parse(text, { merge: true, schema: 'core' }));
}

/** The variables that docker-compose.yml asks for; `required` are those it does not start without. */
export function composeVariables(): { all: Set<string>; required: Set<string>; defaults: Map<string, string> } {
  const found = [...readProjectFile('docker-compose.yml').matchAll(VARIABLE)];
  const names = (kind?: string) =>
    new Set(found.filter((match) => kind === undefined || match[2] === kind).map(([, name = '']) => name));
  const defaults = found
    .filter(([, , kind]) => kind === '-')
    .map(([, name = '', , value = '']) => [name, value] as const);
  return { all: names(), required: names('?'), defaults: new Map(defaults) };
}
