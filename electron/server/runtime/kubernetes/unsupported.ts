import { MicroError } from '../../../../shared/contract/errors.ts';

/** What services in a cluster cannot do, said the same way everywhere. */
export function unsupported(what: string, next: string): MicroError {
  return new MicroError('runtime.unsupported', `${what} is not possible for services in Kubernetes`, { next });
}
