import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { InvalidRequestError, type RequestFault } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** More faults than these help nobody. */
export const MAX_FAULTS = 50;

/** Checks parts of requests against zod schemas; a failure is an {@link InvalidRequestError} that names every place. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  const part = httpPart === 'querystring' ? 'query' : httpPart;
  return (data: unknown) => {
    const result = schema.safeParse(data);
    return result.success ? { value: result.data } : { error: new InvalidRequestError(faultsOf(result.error, part)) };
  };
};

function faultsOf(error: z.ZodError, part: string): RequestFault[] {
  return error.issues
    .flatMap(unfoldUnion)
    .slice(0, MAX_FAULTS)
    .map(({ path, message }) => ({ place: placeOf(part, path), reason: message }));
}

/** Of a union's branches, the one that the value was meant for: it is an object, a list or a text as the value is, and fits best. */
function unfoldUnion(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [meant] = issue.errors
    .filter((branch) => !branch.some(isOtherKind))
    .toSorted((one, other) => one.length - other.length);
  if (meant === undefined) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(unfoldUnion);
}

function isOtherKind({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function placeOf(part: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, step) => (typeof step === 'number' ? `${place}[${step}]` : `${place}.${String(step)}`),
    part,
  );
}
