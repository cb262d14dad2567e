import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import { checkCluster } from './checkCluster.ts';
import type { ConnectionStep } from './connectionStep.ts';
import { type Destination, openDestination } from './destination.ts';
import type { KubernetesEnvironment, ServerEnvironment } from './environment.ts';
import { postJson } from './postJson.ts';
import { connectionError, readCertificate } from './trust.ts';

/** Goes the way to a server step by step and tells of each; ends at the first that fails, checks of its health excepted. */
export async function* checkConnection(
  home: string,
  environment: ServerEnvironment,
): AsyncGenerator<ConnectionStep, void, undefined> {
  const url = new URL(environment.url);
  try {
    yield { step: 'name', ok: true, text: await addressesOf(environment.url) };
  } catch (error) {
    yield failed('name', error);
    return;
  }
  if (url.protocol === 'https:') {
    const found = await readCertificate(environment.url, environment).catch((error: unknown) => toMicroError(error));
    if (found instanceof MicroError) {
      yield failed('certificate', found);
      return;
    }
    if (found.problem) {
      yield { ...failed('certificate', found.problem), fingerprint: found.fingerprint };
      return;
    }
    const how = environment.fingerprint ? 'the certificate that was trusted' : `signed by ${found.issuer}`;
    const until = found.validTo.slice(0, 10);
    yield {
      step: 'certificate',
      ok: true,
      text: `${found.subject}, ${how}, until ${until}`,
      fingerprint: found.fingerprint,
    };
  } else yield { step: 'certificate', ok: true, text: 'not encrypted, as was allowed' };
  yield* checkServer(openDestination(home, environment));
}

/** Goes the way to a cluster, and on to its server, which is started, where `server` is there: an environment that is added. */
export async function* checkClusterConnection(
  environment: KubernetesEnvironment,
  server: (() => Promise<Destination>) | undefined,
): AsyncGenerator<ConnectionStep, void, undefined> {
  if (!(yield* checkCluster(environment)) || server === undefined) return;
  const destination = await server().catch((error: unknown) => toMicroError(error));
  if (destination instanceof MicroError) yield failed('server', destination);
  else yield* checkServer(destination);
}

/** Who one is there, what it is and how it is; closes the destination. */
async function* checkServer(destination: Destination): AsyncGenerator<ConnectionStep, void, undefined> {
  let step: ConnectionStep['step'] = 'login';
  try {
    const token = await destination.token();
    const me = await postJson<{ id?: string; namespace?: string }>(destination, 'authority.Authority/Read', {}, token);
    yield { step, ok: true, text: `${me.id ?? ''} of ${me.namespace ?? ''}` };
    step = 'server';
    const info = await postJson<Info>(destination, 'desktop.Desktop/Info', {}, token);
    yield { step, ok: true, text: `micro ${info.version} on ${info.platform}, Node ${info.nodeVersion}` };
    step = 'health';
    const { checks = [] } = await postJson<{ checks?: Check[] }>(destination, 'desktop.Desktop/Doctor', {}, token);
    yield healthOf(checks);
  } catch (error) {
    yield failed(step, error);
  } finally {
    destination.close();
  }
}

interface Info {
  version: string;
  platform: string;
  nodeVersion: string;
}

interface Check {
  name: string;
  status: string;
  text: string;
  next?: string;
}

function healthOf(checks: readonly Check[]): ConnectionStep {
  const bad = checks.filter(({ status }) => status === 'error');
  const [first] = bad;
  if (first) {
    const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
    return { step: 'health', ok: false, text: `${first.name}: ${first.text}${more}`, next: first.next ?? '' };
  }
  return { step: 'health', ok: true, text: `${checks.length} checks, all fine` };
}

async function addressesOf(address: string): Promise<string> {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return host;
  const found = await lookup(host, { all: true }).catch((error: Error) => {
    throw connectionError(address, error);
  });
  return `${host} is ${found.map((one) => one.address).join(', ')}`;
}

function failed(step: ConnectionStep['step'], error: unknown): ConnectionStep {
  const { code, message, next } = toMicroError(error);
  return { step, ok: false, text: message, code, ...(next === undefined ? {} : { next }) };
}
