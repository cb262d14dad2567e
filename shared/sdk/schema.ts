import { z } from 'zod';
import { type FieldProblem, ServiceError } from './serviceError.ts';

/** A JSON Schema as far as it is read here. */
export interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** The value that `schema` makes of `value`; throws a 400 that names the first field that is wrong, with all in `fields`. */
export async function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): Promise<z.output<S>> {
  const result = await schema.safeParseAsync(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map(
    (issue): FieldProblem => ({
      path: pathText(issue.path),
      message: issue.message,
    }),
  );
  const [first] = fields;
  throw new ServiceError(
    400,
    `${what}: ${first?.path ? `${first.path}: ` : ''}${first?.message ?? 'it is not valid'}`,
    {
      fields,
    },
  );
}

/** `items[0].id` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
}

/** What a schema takes (`input`) or gives (`output`), for those who describe an endpoint. Throws when it is no message. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output', what: string): JsonSchema {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  if (made.type !== 'object') throw new TypeError(`the ${what} has to be an object: z.object({…})`);
  return made;
}
