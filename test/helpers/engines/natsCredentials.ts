import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What a nats-server has to be told to let in who has the credentials, and their file's content. */
export interface NatsCredentials {
  config: string;
  creds: string;
}

/** Makes an operator, an account that may use JetStream and a user of it, as the program `nsc` does. */
export function makeNatsCredentials(): NatsCredentials {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  // JetStream does not start without one for the server itself.
  const system = nkeys.createAccount();
  const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const jetStream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accountToken = token(operator, account, { type: 'account', limits: { ...limits, ...jetStream } });
  const userToken = token(account, user, { type: 'user', subs: -1, data: -1, payload: -1, pub: {}, sub: {} });
  return {
    config: [
      `operator: ${token(operator, operator, { type: 'operator' })}`,
      'resolver: MEMORY',
      `system_account: ${system.getPublicKey()}`,
      'resolver_preload: {',
      `  ${account.getPublicKey()}: ${accountToken}`,
      `  ${system.getPublicKey()}: ${token(operator, system, { type: 'account', limits })}`,
      '}',
    ].join('\n'),
    creds: [
      `-----BEGIN NATS USER JWT-----\n${userToken}\n------END NATS USER JWT------\n`,
      `-----BEGIN USER NKEY SEED-----\n${Buffer.from(user.getSeed()).toString()}\n------END USER NKEY SEED------\n`,
    ].join('\n'),
  };
}

/** A token of NATS: who says so, of whom, and what. */
function token(issuer: KeyPair, subject: KeyPair, nats: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [iss, sub] = [issuer.getPublicKey(), subject.getPublicKey()];
  const claims = {
    jti: sub,
    iat: Math.floor(Date.now() / 1000),
    iss,
    name: 'test',
    sub,
    nats: { ...nats, version: 2 },
  };
  const signed = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}
