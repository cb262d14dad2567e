import { isAbsolute } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';

/** The environment that is always there: the server of this MICRO_HOME. */
export const LOCAL = 'local';

/** Colours an environment may have, by which it is told apart wherever it is named. */
export const environmentColours = ['green', 'blue', 'violet', 'pink', 'teal', 'amber', 'red'] as const;

/** One of {@link environmentColours}. */
export type EnvironmentColour = (typeof environmentColours)[number];

/** A server at an address. */
export interface ServerEnvironment {
  kind: 'server';
  name: string;
  colour: EnvironmentColour;
  /** Base address of its API, `https://host:port`; http alone where that was allowed by hand. */
  url: string;
  /** Certificates (PEM) of whoever signs for it; absent: those that the system trusts. */
  ca?: string;
  /** SHA-256 of its one certificate, as {@link parseFingerprint} writes it: no other is taken. */
  fingerprint?: string;
  /** Where state is read and written unless a command says otherwise; also that of its accounts. */
  namespace: string;
}

/** A namespace of a Kubernetes cluster, run by a server of its own on this machine. */
export interface KubernetesEnvironment {
  kind: 'kubernetes';
  name: string;
  colour: EnvironmentColour;
  /** Of the kubeconfig. */
  context: string;
  /** Of the cluster: where services run. */
  kubeNamespace: string;
  /** File with the context, absolute; absent: KUBECONFIG, else ~/.kube/config. */
  kubeconfig?: string;
  /** Registry and path that images which are built here are pushed under; absent: the cluster is loaded, where that can be. */
  imagePrefix?: string;
  /** `host:port` at which pods reach the server; absent: they reach each other only. */
  advertise?: string;
  namespace: string;
}

/** Where a server lives, off `local`. */
export type Environment = ServerEnvironment | KubernetesEnvironment;

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
/** What Kubernetes takes for a namespace (RFC 1123 label). */
const KUBE_NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** A registry and a path in it, as image names begin. */
const IMAGE_PREFIX = /^[a-z0-9][a-z0-9.:_-]*(\/[a-z0-9][a-z0-9._-]*)*$/;
const ADDRESS = /^[^:/\s]+:\d{1,5}$/;
/** Text of a certificate file beyond this is no certificate, characters. */
const MAX_CA = 256 * 1024;

/** Throws `environment.invalid` unless it can be the name of an environment. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw invalid(`"${name.slice(0, 60)}" cannot be the name of an environment`, 'use a to z, 0 to 9 and -, at most 32');
}

/** What an address means: `host[:port]` is https, at 443 unless a port is named. Throws `environment.invalid`. */
export function parseAddress(text: string, mayBePlain: boolean): string {
  const next = 'for example: https://micro.example.com:8443';
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    throw invalid(`"${text}" is no address of a server`, next);
  }
  if (!['https:', 'http:'].includes(url.protocol)) throw invalid(`"${text}" is neither https nor http`, next);
  if (url.username || url.password)
    throw invalid('a user or secret does not belong into an address', 'log in: micro auth login ID --environment NAME');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search || url.hash)
    throw invalid(`"${text}" has more than a host and a port`, next);
  if (url.protocol === 'http:' && !mayBePlain)
    throw invalid(
      `${url.origin} is not encrypted: everybody on the way reads the login`,
      'use https, or allow it with --insecure where the way is protected otherwise',
    );
  return url.origin;
}

/** A fingerprint in the one form that is stored, 64 hex digits in pairs: `AB:CD:…`. Throws `environment.invalid`. */
export function parseFingerprint(text: string): string {
  const hex = text.replace(/^sha-?256[:=]/i, '').replace(/[:\s]/g, '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return (hex.toUpperCase().match(/../g) as string[]).join(':');
  throw invalid('a fingerprint has 64 hexadecimal digits (SHA-256)', 'print it with: micro env fingerprint ADDRESS');
}

/** A colour for a new environment: what its name suggests, else the one that fewest have. */
export function chooseColour(name: string, others: readonly Environment[]): EnvironmentColour {
  if (/prod|live/.test(name)) return 'red';
  if (/stag|pre|test|qa/.test(name)) return 'amber';
  const uses = (colour: EnvironmentColour): number => others.filter((one) => one.colour === colour).length;
  const calm = environmentColours.filter((colour) => colour !== 'red' && colour !== 'amber');
  return calm.reduce((best, colour) => (uses(colour) < uses(best) ? colour : best));
}

/** A colour by its name. Throws `environment.invalid`. */
export function parseColour(text: string): EnvironmentColour {
  const colour = environmentColours.find((one) => one === text);
  if (colour) return colour;
  throw invalid(`there is no colour "${text}"`, `there are: ${environmentColours.join(', ')}`);
}

/** The environment that stored data or a request describes. Throws `environment.invalid` with what is wrong with it. */
export function parseEnvironment(value: unknown): Environment {
  const given = (value ?? {}) as Record<string, unknown>;
  const text = (key: string): string => (typeof given[key] === 'string' ? given[key] : '');
  const name = text('name');
  checkName(name);
  if (name === LOCAL) throw invalid('local is always there and cannot be another server', 'choose another name');
  const namespace = text('namespace') || 'micro';
  if (!NAMESPACE.test(namespace)) throw invalid(`"${namespace}" cannot be a namespace`, 'use letters, digits, . _ -');
  const colour = parseColour(text('colour'));
  if (given['kind'] === 'kubernetes') {
    const context = text('context');
    const kubeNamespace = text('kubeNamespace') || 'default';
    if (context === '' || context.length > 253) throw invalid('a context of the kubeconfig is missing', 'name one');
    if (!KUBE_NAMESPACE.test(kubeNamespace))
      throw invalid(`"${kubeNamespace}" cannot be a namespace of Kubernetes`, 'use a to z, 0 to 9 and -');
    const [kubeconfig, imagePrefix, advertise] = [text('kubeconfig'), text('imagePrefix'), text('advertise')];
    if (kubeconfig !== '' && !isAbsolute(kubeconfig))
      throw invalid(`"${kubeconfig}" is no full path of a kubeconfig`, 'name it from the root on');
    if (imagePrefix !== '' && !IMAGE_PREFIX.test(imagePrefix))
      throw invalid(`images cannot be pushed under "${imagePrefix}"`, 'for example: registry.example/team');
    if (advertise !== '' && !ADDRESS.test(advertise))
      throw invalid(`"${advertise}" is no address for pods`, 'write host:port');
    return {
      kind: 'kubernetes',
      name,
      colour,
      context,
      kubeNamespace,
      ...(kubeconfig === '' ? {} : { kubeconfig }),
      ...(imagePrefix === '' ? {} : { imagePrefix }),
      ...(advertise === '' ? {} : { advertise }),
      namespace,
    };
  }
  if (given['kind'] !== 'server') throw invalid('an environment is of the kind server or kubernetes', 'choose one');
  const ca = text('ca');
  if (ca.length > MAX_CA || (ca !== '' && !ca.includes('-----BEGIN CERTIFICATE-----')))
    throw invalid('the file of the certificate authority holds no certificate', 'it is a text file (PEM)');
  const fingerprint = text('fingerprint');
  return {
    kind: 'server',
    name,
    colour,
    url: parseAddress(text('url'), true),
    ...(ca === '' ? {} : { ca }),
    ...(fingerprint === '' ? {} : { fingerprint: parseFingerprint(fingerprint) }),
    namespace,
  };
}

/** Where it is, in words. */
export function placeOf(environment: Environment): string {
  if (environment.kind === 'server') return environment.url;
  return `${environment.context}/${environment.kubeNamespace}`;
}

function invalid(message: string, next: string): MicroError {
  return new MicroError('environment.invalid', message, { next });
}
