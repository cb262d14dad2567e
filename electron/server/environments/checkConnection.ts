import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { ServerEnvironment } from './environment.ts';
import { openDestination } from './destination.ts';
import { postJson } from './postJson.ts';
import { connectionError, readCertificate } from './trust.ts';

/** One step on the way to a server, in the order in which they are gone. */
export interface ConnectionStep {
  step: 'name' | 'certificate' | 'login' | 'server' | 'health';
  ok: boolean;
  /** What was found, or what is wrong. */
  text: string;
  /** Where it is wrong, the error's code and what to do. */
  code?: string;
  next?: string;
  /** Of the certificate, also of one that is not trusted: somebody may compare it and trust it. */
  fingerprint?: string;
}

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
  const destination = openDestination(home, environment);
  try {
    let step: ConnectionStep['step'] = 'login';
    try {
      const token = await destination.token();
      const me = await postJson<{ id?: string; namespace?: string }>(
        destination,
        'authority.Authority/Read',
        {},
        token,
      );
      yield { step, ok: true, text: `${me.id ?? ''} of ${me.namespace ?? ''}` };
      step = 'server';
      const info = await postJson<Info>(destination, 'desktop.Desktop/Info', {}, token);
      yield { step, ok: true, text: `micro ${info.version} on ${info.platform}, Node ${info.nodeVersion}` };
      step = 'health';
      const { checks = [] } = await postJson<{ checks?: Check[] }>(destination, 'desktop.Desktop/Doctor', {}, token);
      yield healthOf(checks);
    } catch (error) {
      yield failed(step, error);
    }
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
