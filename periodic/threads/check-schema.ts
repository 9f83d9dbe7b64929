import { z } from 'zod';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { ConfigIssue, ConfigToCheck } from './messages.ts';

/** What came of a check: the configuration with what the schema makes of its keys, or what is wrong with it. */
export type CheckedConfig =
  | { readonly values: JsonObject; readonly issues?: never }
  | { readonly values?: never; readonly issues: readonly ConfigIssue[] };

interface StandardSchema {
  readonly '~standard': { readonly validate: (value: unknown) => unknown };
}

/** What Standard Schema says comes out of `validate`. */
const resultSchema = z.union([
  z.looseObject({ issues: z.array(z.looseObject({ message: z.string().catch('') })).min(1) }),
  // What a schema makes of text need not be JSON, and never leaves the thread.
  z.looseObject({ value: z.custom<JsonObject>(isObject) }),
]);

const segmentSchema = z.union([
  z.string(),
  z.number(),
  z.looseObject({ key: z.union([z.string(), z.number()]) }).transform(({ key }) => key),
]);

const issueSchema = z.looseObject({
  path: z.array(segmentSchema).catch([]),
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  expected: z.string().optional().catch(undefined),
  values: z.array(z.json()).optional().catch(undefined),
  keys: z.array(z.string()).optional().catch(undefined),
});

/** Thrown when a class's `static schema` is none. */
class InvalidSchemaError extends TypeError {
  override readonly name = 'InvalidSchemaError';

  constructor(reason: string) {
    super(`static schema ${reason} (allowed: a Standard Schema of an object, such as z.object({ … }))`);
  }
}

/**
 * Checks a configuration by the schema of its class. A strict one refuses unknown keys of the class's own file, not
 * those that `PeriodicWorker.json` gives to all.
 * @throws InvalidSchemaError
 */
export async function checkBySchema(schema: unknown, config: ConfigToCheck): Promise<CheckedConfig> {
  if (schema === undefined) return { values: config.values };
  if (!isStandardSchema(schema)) throw new InvalidSchemaError('is no schema');
  const known = keysOf(schema);
  const concerned = known === undefined ? config.customKeys : [...new Set([...config.ownKeys, ...known])];
  const given = concerned.filter((key) => Object.hasOwn(config.values, key)).map((key) => [key, config.values[key]]);
  const result = resultSchema.safeParse(await schema['~standard'].validate(Object.fromEntries(given)));
  if (!result.success) throw new InvalidSchemaError('makes something else than an object of its keys');
  if (isRefused(result.data)) return { issues: result.data.issues.map((issue) => toIssue(issue, schema)) };
  return { values: { ...config.values, ...result.data.value } };
}

function isRefused(result: z.output<typeof resultSchema>): result is { issues: { message: string }[] } {
  return 'issues' in result && Array.isArray(result.issues);
}

function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !('~standard' in value))
    return false;
  const standard = value['~standard'];
  return (
    typeof standard === 'object' &&
    standard !== null &&
    'validate' in standard &&
    typeof standard.validate === 'function'
  );
}

function toIssue(found: object, schema: unknown): ConfigIssue {
  const { path, message, code, expected, values, keys } = issueSchema.parse(found);
  return {
    path,
    message,
    ...(code === 'invalid_type' && expected !== undefined ? { expected } : {}),
    ...(code === 'invalid_value' && values !== undefined ? { values } : {}),
    ...(code === 'unrecognized_keys' && keys !== undefined
      ? { unknownKeys: keys, knownKeys: keysAt(schema, path) }
      : {}),
  };
}

/** Keys of the object that a zod schema, of whatever copy, has at a path. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const [first, ...rest] = path;
  if (first === undefined) return keysOf(schema) ?? [];
  const bare = unwrapped(schema);
  if (typeof first === 'number') return keysAt(member(bare, 'element'), rest);
  return keysAt(member(member(bare, 'shape'), first), rest);
}

function keysOf(schema: unknown): string[] | undefined {
  const shape = member(unwrapped(schema), 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : undefined;
}

/** The schema inside those that only add a default, a check or a transformation. */
function unwrapped(schema: unknown): unknown {
  const definition = member(schema, 'def');
  const inner = member(definition, 'innerType') ?? member(definition, 'in');
  return inner === undefined ? schema : unwrapped(inner);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return found;
}
