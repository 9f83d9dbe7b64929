import { z } from 'zod';
import { type Question, errorOf } from './error-codes.ts';
import { BatonAnswerError } from './errors.ts';

const failureSchema = z.object({ error: z.object({ code: z.number(), message: z.string().default('') }) });
/** `single` since baton 2.0.0; the bare result before. */
const resultSchema = z.object({ result: z.union([z.object({ single: z.unknown() }), z.looseObject({})]) });

/**
 * What one of baton-do's answers holds, checked by a schema.
 * @throws IrodsError that the answer means, or BatonAnswerError
 */
export function readAnswer<S extends z.ZodType>(line: string, schema: S, path: string): z.output<S> {
  const answer = parse(line, path);
  throwFailure(answer, { kind: 'path', about: path });
  const { data } = resultSchema.safeParse(answer);
  if (data === undefined) throw new BatonAnswerError(`${path}: found an answer with neither "result" nor "error"`);
  const result = schema.safeParse('single' in data.result ? data.result.single : data.result);
  if (result.success) return result.data;
  throw new BatonAnswerError(`${path}: ${z.prettifyError(result.error)}`, { cause: result.error });
}

/**
 * Throws the error that an answer reports, if it reports one.
 * @throws IrodsError
 */
export function throwFailure(answer: unknown, question: Question): void {
  const { data } = failureSchema.safeParse(answer);
  if (data !== undefined) throw errorOf(data.error.code, data.error.message, question);
}

function parse(line: string, path: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new BatonAnswerError(`${path}: found an answer that is no JSON: ${line.slice(0, 200)}`, { cause });
  }
}
