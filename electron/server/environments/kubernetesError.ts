import { type ErrorCode, MicroError } from '../../../shared/contract/errors.ts';

/** What an answer of the API server says of a failure. */
interface ApiFailure {
  code?: number | string;
  /** Where the client's watch has it. */
  statusCode?: number;
  /** Of the system call that failed. */
  syscall?: string;
  body?: unknown;
  message?: string;
  cause?: { code?: string; message?: string };
}

/** A failure of a call to the cluster as an error of the catalogue; `what` says what was tried: `apply Deployment catalog`. */
export function kubernetesError(what: string, error: unknown): MicroError {
  if (error instanceof MicroError) return error;
  const failure = error as ApiFailure;
  const text = reasonOf(failure);
  const [code, next] = codeOf(failure, text);
  return new MicroError(code, `${what}: ${text}`, { ...(next ? { next } : {}), cause: error });
}

/** The HTTP status of a failed call, undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  const { code, statusCode } = (error ?? {}) as ApiFailure;
  return typeof code === 'number' ? code : statusCode;
}

function codeOf(failure: ApiFailure, text: string): [ErrorCode, string?] {
  switch (statusOf(failure)) {
    case undefined:
      if (failure.syscall?.startsWith('spawn'))
        return ['kubernetes.denied', 'The kubeconfig logs in by this program: install it, or choose another context.'];
      return ['kubernetes.unreachable', 'Check the kubeconfig, the context and the network: kubectl cluster-info.'];
    case 401:
      return ['kubernetes.denied', 'Log in to the cluster again.'];
    case 403:
      // The cluster refuses for these reasons as well, whatever the account may do.
      if (text.includes('exceeded quota'))
        return ['kubernetes.failed', 'Ask for less (resources, replicas), or for more quota: kubectl describe quota.'];
      if (text.includes('being terminated'))
        return ['kubernetes.failed', 'Wait until the namespace is gone, or choose another one.'];
      return ['kubernetes.denied', 'Ask for the rights that are named, or choose another namespace.'];
    case 409:
      return [
        'kubernetes.conflict',
        'Somebody else owns what was to be changed: see kubectl get -o yaml --show-managed-fields.',
      ];
    case 404:
      return text.startsWith('namespaces ')
        ? ['kubernetes.failed', 'The namespace is gone: make it again (kubectl create namespace), then repeat this.']
        : ['kubernetes.failed'];
    default:
      return ['kubernetes.failed'];
  }
}

function reasonOf({ body, message, cause }: ApiFailure): string {
  const status = typeof body === 'string' ? parsed(body) : (body as { message?: string } | undefined);
  return status?.message ?? cause?.message ?? cause?.code ?? message ?? 'no reason given';
}

function parsed(text: string): { message?: string } | undefined {
  try {
    return JSON.parse(text) as { message?: string };
  } catch {
    return undefined;
  }
}
