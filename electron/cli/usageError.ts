import { MicroError } from '../../shared/contract/errors.ts';

/** A command line that cannot be understood: exit code 2. */
export function usageError(message: string, next: string): MicroError {
  return new MicroError('cli.usage', message, { next });
}
