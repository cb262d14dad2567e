import { MicroError } from '../../../shared/contract/errors.ts';
import { errorText } from '../base/logger.ts';

/** Names of the client's errors for a user, a password or a right that is missing. */
const REFUSED_NAMES = /Auth|Permission|InvalidAuthToken|UserEmpty/i;
/** And its words, where it has no name for it. */
const REFUSED_WORDS = /user name is empty|authentication failed|permission denied/;
/** What TLS says of a certificate that is not trusted; the client passes on its words alone. */
const TLS_WORDS = /certificate|altnames|self.signed/i;

/** Whether etcd does not let us in: the same will not go well later by itself. */
export function isEtcdRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return REFUSED_NAMES.test(error.constructor.name) || REFUSED_WORDS.test(error.message) || isUntrusted(error);
}

/** Why etcd cannot be reached, without what only the client's own protocol has a use for. */
export function etcdAwayReason(error: unknown): string {
  const said = errorText(error)
    .replace(/^\d+ [A-Z_]+: /, '')
    .replace(/\s*Resolution note:.*$/s, '')
    .trim();
  return /^No connection established\. Last error: (?!null)(?:Error: )?(.+?)\.?$/s.exec(said)?.[1] ?? said;
}

/** The error of somebody whom etcd does not let in, or who does not trust it. */
export function explainEtcdRefusal(error: unknown, address: string): MicroError {
  const isOfTls = error instanceof Error && isUntrusted(error);
  // The words of OpenSSL are on lines of their own.
  const said = errorText(error).replace(/\s+/g, ' ');
  return new MicroError(
    'engine.refused',
    `the registry at ${address} ${isOfTls ? 'does not get on with us over TLS' : 'refuses'}: ${said}`,
    {
      next: isOfTls
        ? 'Name the CA that signed its certificate by ETCDCTL_CACERT, a host that is in it, and your own one by ETCDCTL_CERT and ETCDCTL_KEY.'
        : 'Give user and password by ETCDCTL_USER and ETCDCTL_PASSWORD, and see that they are right.',
      cause: error,
    },
  );
}

function isUntrusted({ message }: Error): boolean {
  return message.includes('No connection established') && TLS_WORDS.test(message);
}
