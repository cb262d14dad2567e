import { ADMIN_SCOPE, SERVICE_SCOPE } from './caller.ts';
import type { Rule } from './rules.ts';

/**
 * What services may use of the server: state and who is up. Not there is whatever could start a process or end one, open a
 * terminal, or read a secret that was not given to the service: that is the user's.
 */
const FOR_SERVICES: Readonly<Record<string, readonly string[]>> = {
  store: ['*'],
  records: ['Records.Get', 'Records.Apply', 'Records.Browse', 'Records.Watch'],
  config: ['Config.Get'],
  config_history: ['ConfigHistory.Watch'],
  events: ['*'],
  topics: ['Publish', 'Consume', 'Ack', 'Nack', 'Extend', 'List', 'Watch', 'History', 'DeadLetters'].map(
    (one) => `Topics.${one}`,
  ),
  broker: ['*'],
  sockets: ['/events/*'],
  registry: ['*'],
  auth: ['Rules.List'],
};

/** The rules that a namespace begins with, as micro's do: services answer everybody, the server itself its own users. */
export const defaultRules: readonly Rule[] = [
  rule('default', '', 'service', '*', '*'),
  rule('admin', ADMIN_SCOPE, '*', '*', '*'),
  rule('own-secret', '*', 'core', 'auth', 'Accounts.ChangeSecret'),
  rule('own-account', '*', 'core', 'authority', 'Authority.Read'),
  ...Object.entries(FOR_SERVICES).flatMap(([name, endpoints]) =>
    endpoints.map((endpoint) =>
      rule(`service-${endpoint === '*' ? name : endpoint.toLowerCase()}`, SERVICE_SCOPE, 'core', name, endpoint),
    ),
  ),
];

function rule(id: string, scope: string, type: string, name: string, endpoint: string): Rule {
  return { id, scope, resource: { type, name, endpoint }, access: 'granted', priority: 0 };
}
