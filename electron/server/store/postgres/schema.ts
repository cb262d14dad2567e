import { MicroError } from '../../../../shared/contract/errors.ts';
import { applyMany } from './schemaBatches.ts';
import { put } from './schemaPut.ts';
import { schemaNames } from './schemaNames.ts';
import { sweep } from './schemaSweep.ts';
import { tables } from './schemaTables.ts';
import { applyOne, step } from './schemaWrites.ts';

/** The form of the tables; a server that does not know it does not touch them. */
const FORM = 1;
/** Names that are themselves in any notation; some of them are words of SQL, so statements quote them. */
const NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/** Refuses a schema whose name would have to be escaped. */
export function checkSchema(schema: string): string {
  if (NAME.test(schema)) return schema;
  throw new MicroError('engine.invalid-address', `"${schema.slice(0, 80)}" is no name of a schema`, {
    next: 'It begins with a letter or _, and has at most 48 small letters, digits and _.',
  });
}

/** Refuses tables that a later version made. */
export function checkForm(form: string | undefined, address: string): void {
  if (form === String(FORM)) return;
  throw new MicroError('engine.refused', `the store at ${address} has the form ${form ?? 'of nothing'}, not ${FORM}`, {
    next: 'It was made by another version of Micro Desktop; use that one, or another schema: ?schema=NAME',
  });
}

/**
 * Makes what is missing. Every writer takes one lock, as in a file: so conditions see what was committed, and notifications,
 * numbers and commits have one order. It is held for one statement only.
 */
export function schemaStatements(schema: string): string {
  const names = schemaNames(schema, FORM);
  return [tables, step, applyOne, put, applyMany, sweep].map((part) => part(names)).join('');
}
