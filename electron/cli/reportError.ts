import { type MicroError, toMicroError } from '../../shared/contract/errors.ts';
import type { CliContext } from './context.ts';

/** Says an error on stderr: two lines for people, one JSON object with --json. */
export function reportError(context: Pick<CliContext, 'err' | 'json'>, thrown: unknown): MicroError {
  const error = toMicroError(thrown);
  const { err } = context;
  if (context.json) {
    err.json({
      error: {
        code: error.code,
        message: error.message,
        next: error.next ?? null,
        ...(Object.keys(error.details).length > 0 ? { details: error.details } : {}),
      },
    });
    return error;
  }
  const { red, dim } = err.colours;
  err.line(`${red('error:')} ${error.message}`);
  if (error.next) err.line(`${dim('next:')} ${error.next}`);
  if (error.code === 'internal.bug' && error.cause instanceof Error && error.cause.stack) {
    err.line(dim(error.cause.stack));
  }
  return error;
}
