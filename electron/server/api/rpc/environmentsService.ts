import { create } from '@bufbuild/protobuf';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { MicroError } from '../../../../shared/contract/errors.ts';
import {
  ConnectionStepSchema,
  type Environment as EnvironmentMessage,
  EnvironmentSchema,
  Environments,
} from '../../../../shared/contract/gen/environments_pb.ts';
import { LOCAL_USER } from '../../auth/caller.ts';
import { checkConnection } from '../../environments/checkConnection.ts';
import { logIn } from '../../environments/destination.ts';
import {
  chooseColour,
  type Environment,
  parseAddress,
  parseEnvironment,
  type ServerEnvironment,
} from '../../environments/environment.ts';
import { EnvironmentsFile } from '../../environments/environmentsFile.ts';
import { LoginFile } from '../../environments/logins.ts';
import { callerOf } from './callerContext.ts';

/** Serves the list of environments of the user of this machine. */
export function environmentsService(router: ConnectRouter, home: string): void {
  const file = new EnvironmentsFile(home);
  router.service(Environments, {
    async listEnvironments(_, context) {
      requireLocalUser(context);
      const { environments } = await file.read();
      const servers = environments.filter((one) => one.kind === 'server');
      return { environments: await Promise.all(servers.map((one) => messageOf(home, one))) };
    },
    async addEnvironment({ environment }, context) {
      requireLocalUser(context);
      const { environments } = await file.read();
      const added = environmentOf(environment, environments);
      await file.add(added);
      return { environment: await messageOf(home, added) };
    },
    async changeEnvironment({ environment }, context) {
      requireLocalUser(context);
      await file.replace(environmentOf(environment, []));
      return {};
    },
    async removeEnvironment({ name }, context) {
      requireLocalUser(context);
      await file.remove(name);
      await new LoginFile(home, name).remove();
      return {};
    },
    async *checkEnvironment({ environment }, context) {
      requireLocalUser(context);
      for await (const step of checkConnection(home, environmentOf(environment, [])))
        yield create(ConnectionStepSchema, step);
    },
    async logInEnvironment({ name, account, secret }, context) {
      requireLocalUser(context);
      const known = await file.find(name);
      if (known?.kind !== 'server') throw new MicroError('environment.invalid', `${name} is no server to log in at`);
      await logIn(home, known, { id: account, secret });
      return {};
    },
  });
}

/** Whoever else may use this server must not act elsewhere with the logins of its user. */
export function requireLocalUser(context: Pick<HandlerContext, 'values'>): void {
  if (callerOf(context) === LOCAL_USER) return;
  throw new MicroError('auth.forbidden', 'environments are for the user of this machine alone');
}

function environmentOf(message: EnvironmentMessage | undefined, others: readonly Environment[]): ServerEnvironment {
  const {
    name = '',
    url = '',
    colour = '',
    ca = '',
    fingerprint = '',
    namespace = '',
    insecure = false,
  } = message ?? {};
  return parseEnvironment({
    kind: 'server',
    name,
    url: parseAddress(url, insecure),
    colour: colour || chooseColour(name, others),
    ca,
    fingerprint,
    namespace,
  }) as ServerEnvironment;
}

async function messageOf(home: string, environment: ServerEnvironment): Promise<EnvironmentMessage> {
  const login = await new LoginFile(home, environment.name).read().catch(() => undefined);
  const { name, colour, url, ca = '', fingerprint = '', namespace } = environment;
  const insecure = url.startsWith('http:');
  const account = login?.id ?? '';
  return create(EnvironmentSchema, { name, colour, url, ca, fingerprint, namespace, account, insecure });
}
