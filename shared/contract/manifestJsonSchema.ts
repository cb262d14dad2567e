import * as z from 'zod';
import { manifestSchema } from './manifest.ts';

/** The text of micro.schema.json: what editors check micro.yaml with. Generated from the zod schema, never edited. */
export function manifestJsonSchemaText(): string {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', reused: 'ref' });
  return `${JSON.stringify({ ...schema, title: 'micro.yaml' }, null, 2)}\n`;
}
