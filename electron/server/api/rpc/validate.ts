import { isAbsolute } from 'node:path';
import { MicroError } from '../../../../shared/contract/errors.ts';

/** Names of services and projects: what fits a host name label, since `name.localhost` is one. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The value, if it can be the name of a service or project; else `api.invalid` with the field and the value. */
export function requireName(field: string, value: string): string {
  if (NAME.test(value)) return value;
  throw new MicroError('api.invalid', `${field} "${value}" is not a name`, {
    next: 'use lower case letters, digits and "-", at most 63, beginning with a letter or digit',
  });
}

/** The value, if it is an absolute path; the server's own working folder means nothing to a client. */
export function requireFolder(field: string, value: string): string {
  if (isAbsolute(value) && !value.includes('\0')) return value;
  throw new MicroError('api.invalid', `${field} "${value}" is not an absolute path`);
}
