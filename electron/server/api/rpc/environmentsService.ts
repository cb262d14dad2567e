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
import { checkClusterConnection, checkConnection } from '../../environments/checkConnection.ts';
import type { ClusterServers } from '../../environments/clusterServers.ts';
import { logIn, openClusterDestination } from '../../environments/destination.ts';
import { chooseColour, type Environment, parseAddress, parseEnvironment } from '../../environments/environment.ts';
import { EnvironmentsFile } from '../../environments/environmentsFile.ts';
import { listContexts } from '../../environments/kubeConfig.ts';
import { LoginFile } from '../../environments/logins.ts';
import { callerOf } from './callerContext.ts';

/** Serves the list of environments of the user of this machine. */
export function environmentsService(router: ConnectRouter, home: string, clusters: ClusterServers): void {
  const messageOf = messagesOf(home, clusters);
  const file = new EnvironmentsFile(home);
  router.service(Environments, {
    async listEnvironments(_, context) {
      requireLocalUser(context);
      const { environments } = await file.read();
      return { environments: await Promise.all(environments.map(messageOf)) };
    },
    async addEnvironment({ environment }, context) {
      requireLocalUser(context);
      const { environments } = await file.read();
      const added = environmentOf(environment, environments);
      await file.add(added);
      return { environment: await messageOf(added) };
    },
    async changeEnvironment({ environment }, context) {
      requireLocalUser(context);
      const changed = environmentOf(environment, []);
      await file.replace(changed);
      // The next one is told what was changed.
      if (changed.kind === 'kubernetes') await clusters.stop(changed.name);
      return {};
    },
    async removeEnvironment({ name }, context) {
      requireLocalUser(context);
      const known = await file.find(name);
      if (known?.kind === 'kubernetes') await clusters.remove(name);
      await file.remove(name);
      await new LoginFile(home, name).remove();
      return {};
    },
    async *checkEnvironment({ environment }, context) {
      requireLocalUser(context);
      const checked = environmentOf(environment, []);
      const isAdded = (await file.read()).environments.some(({ name }) => name === checked.name);
      const steps =
        checked.kind === 'server'
          ? checkConnection(home, checked)
          : checkClusterConnection(
              checked,
              isAdded ? async () => openClusterDestination(home, checked, await clusters.reach(checked)) : undefined,
            );
      for await (const step of steps) yield create(ConnectionStepSchema, step);
    },
    async logInEnvironment({ name, account, secret }, context) {
      requireLocalUser(context);
      const known = await file.find(name);
      if (known?.kind !== 'server') throw new MicroError('environment.invalid', `${name} is no server to log in at`);
      await logIn(home, known, { id: account, secret });
      return {};
    },
    async stopEnvironmentServer({ name }, context) {
      requireLocalUser(context);
      const known = await file.find(name);
      if (known?.kind !== 'kubernetes') throw new MicroError('environment.invalid', `${name} is no cluster`);
      return { stopped: await clusters.stop(name) };
    },
    async listContexts({ kubeconfig }, context) {
      requireLocalUser(context);
      return { contexts: await listContexts(kubeconfig || undefined) };
    },
  });
}

/** Whoever else may use this server must not act elsewhere with the logins of its user. */
export function requireLocalUser(context: Pick<HandlerContext, 'values'>): void {
  if (callerOf(context) === LOCAL_USER) return;
  throw new MicroError('auth.forbidden', 'environments are for the user of this machine alone');
}

function environmentOf(message: EnvironmentMessage | undefined, others: readonly Environment[]): Environment {
  const {
    name = '',
    url = '',
    colour = '',
    ca = '',
    fingerprint = '',
    namespace = '',
    insecure = false,
  } = message ?? {};
  const common = { name, colour: colour || chooseColour(name, others), namespace };
  if (message?.cluster) {
    const { context, namespace: kubeNamespace, kubeconfig, imagePrefix, advertise } = message.cluster;
    return parseEnvironment({
      ...common,
      kind: 'kubernetes',
      ...{ context, kubeNamespace, kubeconfig, imagePrefix, advertise },
    });
  }
  return parseEnvironment({ ...common, kind: 'server', url: parseAddress(url, insecure), ca, fingerprint });
}

type MessageOf = (environment: Environment) => Promise<EnvironmentMessage>;

function messagesOf(home: string, clusters: ClusterServers): MessageOf {
  return async (environment) => {
    const login = await new LoginFile(home, environment.name).read().catch(() => undefined);
    const { name, colour, namespace } = environment;
    const common = { name, colour, namespace, account: login?.id ?? '' };
    if (environment.kind === 'kubernetes') {
      const { context, kubeNamespace, kubeconfig = '', imagePrefix = '', advertise = '' } = environment;
      const isRunning = (await clusters.find(name)) !== undefined;
      const cluster = { context, namespace: kubeNamespace, kubeconfig, imagePrefix, advertise, isRunning };
      return create(EnvironmentSchema, { ...common, cluster });
    }
    const { url, ca = '', fingerprint = '' } = environment;
    return create(EnvironmentSchema, { ...common, url, ca, fingerprint, insecure: url.startsWith('http:') });
  };
}
