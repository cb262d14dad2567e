import type { EngineAddresses } from './engineAddresses.ts';

/** Variables by which a server gets into an engine; the others of the same programs hold nothing that must not be seen. */
const LOGINS = {
  store: ['PGPASSWORD', 'PGPASSFILE', 'PGSSLKEY'],
  events: ['NATS_USER', 'NATS_PASSWORD', 'NATS_TOKEN', 'NATS_CREDS', 'NATS_KEY'],
  registry: ['ETCDCTL_USER', 'ETCDCTL_PASSWORD', 'ETCDCTL_KEY'],
} as const;

/**
 * The environment that services are given: without what this server gets into its engines by. Where it has no such engine, the
 * variables are the user's own, and stay.
 */
export function withoutEngineLogins(env: NodeJS.ProcessEnv, engines: EngineAddresses): NodeJS.ProcessEnv {
  const hidden = new Set<string>(
    (['store', 'events', 'registry'] as const).flatMap((kind) => (engines[kind] === undefined ? [] : LOGINS[kind])),
  );
  if (hidden.size === 0) return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)));
}
