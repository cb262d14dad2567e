import { checkClusterConnection, checkConnection } from '../server/environments/checkConnection.ts';
import { ClusterServers } from '../server/environments/clusterServers.ts';
import { openClusterDestination } from '../server/environments/destination.ts';
import { type Environment, LOCAL, parseAddress, placeOf } from '../server/environments/environment.ts';
import { EnvironmentsFile } from '../server/environments/environmentsFile.ts';
import { LoginFile } from '../server/environments/logins.ts';
import { readCertificate } from '../server/environments/trust.ts';
import { findServer } from '../server/findServer.ts';
import type { CliContext } from './context.ts';
import { addEnvironment, changeEnvironment } from './envAdd.ts';
import { addCluster, limitLines } from './envCluster.ts';
import type { EnvOptions } from './envOptions.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { renderTable } from './table.ts';
import { usageError } from './usageError.ts';
import type { VerbAction } from './verbActions.ts';

/** Options that only an environment in a cluster has. */
const OF_A_CLUSTER = ['kubeconfig', 'imagePrefix', 'advertise'];

/** One word after `micro env`. */
type EnvAction = VerbAction<EnvOptions>;

/** An environment as `--json` shows it. */
interface EnvironmentRow {
  name: string;
  current: boolean;
  kind: 'local' | Environment['kind'];
  address: string;
  colour: string;
  namespace: string;
  /** Who is logged in there; empty on `local` and in clusters without a login: the user of this machine. */
  account: string;
}

async function rows(context: CliContext): Promise<EnvironmentRow[]> {
  const { current, environments } = await new EnvironmentsFile(context.home).read();
  const accountAt = async (name: string): Promise<string> =>
    (await new LoginFile(context.home, name).read().catch(() => undefined))?.id ?? '';
  const local: EnvironmentRow = {
    name: LOCAL,
    current: current === LOCAL,
    kind: 'local',
    address: (await findServer(context.home))?.proxy ?? '',
    colour: '',
    namespace: 'micro',
    account: await accountAt(LOCAL),
  };
  const others = environments.map(async (one) => ({
    name: one.name,
    current: current === one.name,
    kind: one.kind,
    address: placeOf(one),
    colour: one.colour,
    namespace: one.namespace,
    account: await accountAt(one.name),
  }));
  return [local, ...(await Promise.all(others))];
}

const list: EnvAction = {
  takes: [],
  options: [],
  async run(context) {
    const all = await rows(context);
    if (context.json) {
      context.out.json({ environments: all });
      return exitCode.fine;
    }
    const lines = renderTable<EnvironmentRow>(
      [
        { title: '', text: ({ current }) => (current ? '*' : '') },
        { title: 'NAME', text: ({ name }) => name },
        { title: 'ADDRESS', text: ({ address, kind }) => address || (kind === 'local' ? 'not running' : '-') },
        { title: 'NAMESPACE', text: ({ namespace }) => namespace },
        { title: 'ACCOUNT', text: ({ account, kind }) => account || (kind === 'server' ? 'not logged in' : '-') },
        { title: 'COLOUR', text: ({ colour }) => colour || '-' },
      ],
      all,
      context.out.colours.bold,
    );
    for (const line of lines) context.out.line(line);
    return exitCode.fine;
  },
};

const get: EnvAction = {
  takes: ['NAME?'],
  options: [],
  async run(context, [name]) {
    const wanted = name ?? context.place.name;
    await new EnvironmentsFile(context.home).find(wanted);
    const row = (await rows(context)).find((one) => one.name === wanted);
    if (context.json) context.out.json(row);
    else if (name === undefined) context.out.line(wanted);
    else
      for (const [key, value] of Object.entries(row ?? {}))
        context.out.line(`${key.padEnd(10)} ${String(value) || '-'}`);
    if (!context.json && name !== undefined && row?.kind === 'kubernetes')
      for (const line of limitLines()) context.out.line(line);
    return exitCode.fine;
  },
};

const set: EnvAction = {
  takes: ['NAME'],
  options: [],
  async run(context, [name = '']) {
    await new EnvironmentsFile(context.home).setCurrent(name);
    if (context.json) context.out.json({ current: name });
    else context.say(`commands work on ${name} from now on`);
    return exitCode.fine;
  },
};

const add: EnvAction = {
  takes: ['NAME', 'ADDRESS?'],
  options: [
    ...['ca', 'fingerprint', 'trust', 'insecure', 'unchecked', 'colour', 'namespace', 'account'],
    ...['kubernetes', ...OF_A_CLUSTER],
  ],
  async run(context, [name = '', address], options) {
    if (options.kubernetes !== undefined) {
      if (address === undefined) return addCluster(context, name, options);
      throw usageError('it is at an address or in a cluster, not both', 'see: micro env --help');
    }
    if (address === undefined)
      throw usageError(`where is ${name}?`, 'name the address of its server, or a cluster with --kubernetes');
    if (options.kubeconfig ?? options.imagePrefix ?? options.advertise)
      throw usageError('that is for a cluster', 'add --kubernetes');
    return addEnvironment(context, name, address, options);
  },
};

const change: EnvAction = {
  takes: ['NAME'],
  options: ['ca', 'fingerprint', 'colour', 'namespace', ...OF_A_CLUSTER],
  run: (context, [name = ''], options) => changeEnvironment(context, name, options),
};

const del: EnvAction = {
  takes: ['NAME'],
  options: [],
  async run(context, [name = '']) {
    const file = new EnvironmentsFile(context.home);
    const known = await file.find(name);
    const isCluster = known?.kind === 'kubernetes';
    if (isCluster) {
      const text = 'delete the records, config, events and logs that its server kept on this machine';
      await context.confirmAt({ name, environment: known, isNamed: true })?.({ method: 'env del', text });
      await new ClusterServers(context.home, findServer).remove(name);
    }
    await file.remove(name);
    await new LoginFile(context.home, name).remove();
    if (context.json) context.out.json({ deleted: name });
    else if (isCluster) context.say(`${name} is taken out, with what its server kept; services in the cluster go on`);
    else context.say(`${name} is taken out, and its login forgotten; the server there goes on`);
    return exitCode.fine;
  },
};

const stop: EnvAction = {
  takes: ['NAME'],
  options: [],
  async run(context, [name = '']) {
    const known = await new EnvironmentsFile(context.home).find(name);
    if (known?.kind !== 'kubernetes')
      throw usageError(`${name} is no cluster, so no server is kept for it here`, 'for services: micro stop --all');
    const stopped = await new ClusterServers(context.home, findServer).stop(name);
    if (context.json) context.out.json({ stopped });
    else
      context.say(stopped ? `the server of ${name} has ended; services in the cluster go on` : 'no server ran for it');
    return exitCode.fine;
  },
};

const test: EnvAction = {
  takes: ['NAME?'],
  options: [],
  async run(context, [name]) {
    const environment = await new EnvironmentsFile(context.home).find(name ?? context.place.name);
    if (!environment) {
      const { client } = await context.connect();
      const { version } = await client.desktop.info({}, { signal: context.signal });
      if (context.json) context.out.json({ step: 'server', ok: true, text: `micro ${version}` });
      else context.out.line(`${context.out.colours.green('ok   ')}  server       micro ${version}`);
      return exitCode.fine;
    }
    return sayConnection(context, environment);
  },
};

/** Says each step on the way to a server as it is gone. */
async function sayConnection(context: CliContext, environment: Environment): Promise<ExitCode> {
  const { green, red, dim } = context.out.colours;
  let isFine = true;
  const { home } = context;
  const steps =
    environment.kind === 'server'
      ? checkConnection(home, environment)
      : checkClusterConnection(environment, async () =>
          openClusterDestination(home, environment, await new ClusterServers(home, findServer).reach(environment)),
        );
  for await (const step of steps) {
    isFine &&= step.ok;
    if (context.json) {
      context.out.json(step);
      continue;
    }
    context.out.line(`${step.ok ? green('ok   ') : red('error')}  ${step.step.padEnd(11)}  ${step.text}`);
    if (!step.ok && step.next) context.out.line(`${' '.repeat(20)}${dim('next:')} ${step.next}`);
  }
  return isFine ? exitCode.fine : exitCode.failed;
}

const fingerprint: EnvAction = {
  takes: ['ADDRESS'],
  options: [],
  async run(context, [address = '']) {
    const { problem: _, ...certificate } = await readCertificate(parseAddress(address, false));
    if (context.json) context.out.json(certificate);
    else context.out.line(certificate.fingerprint);
    return exitCode.fine;
  },
};

/** What `micro env` can do. */
export const envActions: Readonly<Record<string, EnvAction>> = {
  list,
  get,
  set,
  add,
  change,
  del,
  stop,
  test,
  fingerprint,
};
