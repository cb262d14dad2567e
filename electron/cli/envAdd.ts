import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MicroError } from '../../shared/contract/errors.ts';
import { logIn } from '../server/environments/destination.ts';
import {
  checkName,
  chooseColour,
  parseAddress,
  parseEnvironment,
  placeOf,
  type ServerEnvironment,
} from '../server/environments/environment.ts';
import { EnvironmentsFile } from '../server/environments/environmentsFile.ts';
import { ClusterServers } from '../server/environments/clusterServers.ts';
import { type Certificate, readCertificate } from '../server/environments/trust.ts';
import { findServer } from '../server/findServer.ts';
import type { CliContext } from './context.ts';
import { clusterChanges, given } from './envCluster.ts';
import type { EnvOptions } from './envOptions.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { inputSecret } from './inputSecret.ts';
import { readLine } from './readLine.ts';
import { usageError } from './usageError.ts';

/** Codes of certificates that a person may decide to trust all the same; one that ended is not among them. */
const MAY_BE_TRUSTED = new Set(['environment.certificate-unknown', 'environment.certificate-name']);

/** Adds a server to the environments, once its certificate is trusted, and logs in there if that is asked for. */
export async function addEnvironment(
  context: CliContext,
  name: string,
  address: string,
  options: EnvOptions,
): Promise<ExitCode> {
  checkName(name);
  const file = new EnvironmentsFile(context.home);
  const { environments } = await file.read();
  const asked = parseEnvironment({
    kind: 'server',
    name,
    url: parseAddress(address, options.insecure),
    colour: options.colour ?? chooseColour(name, environments),
    ...(options.ca === undefined ? {} : { ca: await readCa(context, options.ca) }),
    fingerprint: options.fingerprint,
    namespace: options.namespace,
  }) as ServerEnvironment;
  const environment = options.unchecked ? asked : await trusted(context, asked, options.trust);
  await file.add(environment);
  if (options.account !== undefined) {
    const secret = await inputSecret(context, `Secret of ${options.account} at ${name}: `);
    await logIn(context.home, environment, { id: options.account, secret });
  }
  if (context.json)
    context.out.json({ added: name, address: placeOf(environment), fingerprint: environment.fingerprint ?? null });
  else {
    context.say(`${name} is ${placeOf(environment)}, shown in ${environment.colour}`);
    if (options.account === undefined) context.say(`log in there: micro auth login ID --environment ${name}`);
  }
  return exitCode.fine;
}

/** Changes what is known of an environment. */
export async function changeEnvironment(context: CliContext, name: string, options: EnvOptions): Promise<ExitCode> {
  const file = new EnvironmentsFile(context.home);
  const known = await file.find(name);
  if (!known) throw usageError('local cannot be changed', 'name another environment: micro env');
  const changes =
    known.kind === 'kubernetes' ? clusterChanges(context, options) : await serverChanges(context, options);
  if (Object.keys(changes).length === 0) throw usageError('nothing is changed', 'see: micro env --help');
  await file.replace(parseEnvironment({ ...known, ...changes }));
  // The next one is told what was changed.
  if (known.kind === 'kubernetes') await new ClusterServers(context.home, findServer).stop(name);
  if (context.json) context.out.json({ changed: name });
  else context.say(`${name} is changed`);
  return exitCode.fine;
}

async function serverChanges(context: CliContext, options: EnvOptions): Promise<Record<string, unknown>> {
  const { colour, namespace, fingerprint, kubeconfig, imagePrefix, advertise } = options;
  if (kubeconfig ?? imagePrefix ?? advertise)
    throw usageError('that is for a cluster, and this environment is a server', 'see: micro env --help');
  const ca = options.ca === undefined ? undefined : await readCa(context, options.ca);
  return given({ colour, namespace, fingerprint, ca });
}

async function readCa(context: CliContext, name: string): Promise<string> {
  const path = resolve(context.cwd, name);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, 'name a file that is there');
  }
}

/** The environment with the certificate that its server shows, where a person says that it is the right one. */
async function trusted(
  context: CliContext,
  environment: ServerEnvironment,
  trust: boolean,
): Promise<ServerEnvironment> {
  if (!environment.url.startsWith('https:')) return environment;
  const certificate = await readCertificate(environment.url, environment);
  const { problem, fingerprint } = certificate;
  if (!problem) return environment;
  if (!MAY_BE_TRUSTED.has(problem.code)) throw problem;
  if (!trust) {
    if (!context.terminal || context.json) {
      throw new MicroError(problem.code, problem.message, {
        next: `compare ${fingerprint} with that of the server, then: --fingerprint ${fingerprint}; or --ca FILE`,
        details: { fingerprint },
      });
    }
    const answer = await readLine(context.terminal, question(environment, certificate, problem));
    if (answer.toLowerCase() !== 'yes') throw problem;
  }
  return { ...environment, fingerprint };
}

function question({ url }: ServerEnvironment, certificate: Certificate, problem: MicroError): string {
  return [
    `${problem.message}.`,
    `  server       ${url}`,
    `  certificate  ${certificate.subject}, signed by ${certificate.issuer}, until ${certificate.validTo.slice(0, 10)}`,
    `  SHA-256      ${certificate.fingerprint}`,
    'Compare this with what the server itself printed. Trust this certificate from now on? (yes/no) ',
  ].join('\r\n');
}
