import type { V1Container, V1Lifecycle, V1Probe } from '@kubernetes/client-node';
import { containerCommand } from './containerCommand.ts';
import type { LiveSpec, ReadySpec, ServiceSpec } from '../project/serviceSpec.ts';
import { literalText } from './containerVariables.ts';

/**
 * How long a copy goes on answering after it was told to end, s: every node has to learn first that it is leaving. Shorter
 * loses requests in an update, longer only delays it.
 */
export const drainSeconds = 5;
/** Kubernetes asks at most once a second. */
const readyPeriodSeconds = 1;
/** A version of Kubernetes from which a container may wait without a program of its own. */
const sleepActionMinor = 30;

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** What proves readiness and life, as far as Kubernetes can check it; `notes` says what it cannot. */
export function containerProbes(
  spec: ServiceSpec,
  port: number | undefined,
  note: (text: string) => void,
): Pick<V1Container, 'readinessProbe' | 'livenessProbe'> {
  if (spec.kind !== 'service') return {};
  const ready = check(spec.ready, port);
  const live = spec.live && check(spec.live, port);
  if (!ready && spec.ready.by === 'log')
    note('readiness by a line of the log cannot be checked: declare ready: { http: /path } or exec');
  if (!ready && port !== undefined && spec.ready.by === 'quiet')
    note('no readiness is checked, as it is not known whether it listens: declare port: auto, or ready:');
  return {
    ...(ready
      ? {
          readinessProbe: {
            ...ready,
            periodSeconds: Math.max(readyPeriodSeconds, seconds(spec.ready.intervalMs ?? 0)),
            timeoutSeconds: seconds(spec.ready.timeoutMs),
          },
        }
      : {}),
    ...(live && spec.live
      ? {
          livenessProbe: {
            ...live,
            periodSeconds: seconds(spec.live.intervalMs),
            timeoutSeconds: seconds(spec.live.timeoutMs),
            failureThreshold: spec.live.failures,
          },
        }
      : {}),
  };
}

function check(spec: ReadySpec | LiveSpec, own: number | undefined): V1Probe | undefined {
  const port = spec.port ?? own;
  switch (spec.by) {
    case 'tcp':
      return port === undefined ? undefined : { tcpSocket: { port } };
    case 'http':
      return httpCheck(spec.http ?? '/', port);
    case 'exec':
      return spec.exec ? { exec: { command: containerCommand(spec.exec).map(literalText) } } : undefined;
    default:
      return undefined;
  }
}

function httpCheck(target: string, port: number | undefined): V1Probe | undefined {
  if (!/^https?:/.test(target)) return port === undefined ? undefined : { httpGet: { path: target, port } };
  const url = new URL(target);
  const isTls = url.protocol === 'https:';
  const own = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return {
    httpGet: {
      path: `${url.pathname}${url.search}`,
      port: Number(url.port) || (isTls ? 443 : 80),
      ...(isTls ? { scheme: 'HTTPS' } : {}),
      ...(own ? {} : { host: url.hostname }),
    },
  };
}

/**
 * What happens before a copy is told to end: its own command, or a wait in which it still answers. Older clusters can only
 * wait with a program of the image.
 */
export function containerLifecycle(
  spec: ServiceSpec,
  port: number | undefined,
  minor: number,
): V1Lifecycle | undefined {
  if (spec.stop.command)
    return { preStop: { exec: { command: containerCommand(spec.stop.command).map(literalText) } } };
  if (port === undefined) return undefined;
  if (minor >= sleepActionMinor) return { preStop: { sleep: { seconds: drainSeconds } } };
  return { preStop: { exec: { command: sleepCommand(spec.language) } } };
}

/** A program that the image of a language has for certain. */
function sleepCommand(language: string): string[] {
  if (language === 'js' || language === 'ts') return ['node', '-e', `setTimeout(() => {}, ${drainSeconds * 1000})`];
  if (language === 'py') return ['python3', '-c', `import time; time.sleep(${drainSeconds})`];
  return ['sleep', String(drainSeconds)];
}

/** The time between being told to end and being ended, s. */
export function graceSeconds(spec: ServiceSpec, port: number | undefined): number {
  return seconds(spec.stop.graceMs) + (port === undefined ? 0 : drainSeconds);
}
