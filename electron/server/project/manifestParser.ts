import { basename } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import {
  type Manifest,
  manifestSchema,
  type ServiceManifest,
  serviceNamePattern,
} from '../../../shared/contract/manifest.ts';
import { findCycles } from './dependencyCycles.ts';
import { parseCommand } from './commandLine.ts';
import { describeIssues, ManifestPositions, type ManifestProblem, valueAt } from './manifestIssues.ts';
import { nearest } from './nearest.ts';
import { parseAddress } from './parseAddress.ts';
import { resolveService } from './resolveService.ts';
import { scheduleProblem } from './scheduleTimes.ts';
import type { ServiceSpec } from './serviceSpec.ts';

/** What a micro.yaml says. */
export interface ParsedManifest {
  name: string;
  services: ServiceSpec[];
  /** What is wrong but leaves the project usable: circles of dependencies. */
  warnings: ManifestProblem[];
}

/** A micro.yaml that can be used, or everything that is wrong with it. */
export type ParseResult = { ok: true; manifest: ParsedManifest } | { ok: false; problems: ManifestProblem[] };

/** An alias may be followed so often; more is an attack or an accident ("billion laughs"). */
const maxAliasCount = 1000;

/** Which of the `os:` blocks counts. */
export type ManifestOs = 'linux' | 'macos' | 'windows';

/** The name of this system in `os:` blocks. */
export function currentOs(platform: NodeJS.Platform = process.platform): ManifestOs {
  return platform === 'win32' ? 'windows' : platform === 'darwin' ? 'macos' : 'linux';
}

/**
 * Reads the text of a micro.yaml that lies in `folder` under the name `file` (empty: it lies nowhere). All mistakes are
 * reported at once.
 */
export function parseManifest(text: string, folder: string, file: string, os: ManifestOs = currentOs()): ParseResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { code: 'manifest.syntax', text: firstLine(error.message), line, column: col };
      }),
    };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount });
  } catch (error) {
    return { ok: false, problems: [{ code: 'manifest.syntax', text: (error as Error).message, line: 1, column: 1 }] };
  }
  const positions = new ManifestPositions(document, lines);
  if (data === null || data === undefined) {
    const text = 'the file is empty';
    return {
      ok: false,
      problems: [{ code: 'manifest.invalid', text, next: 'Add a services: map.', line: 1, column: 1 }],
    };
  }
  const parsed = manifestSchema.safeParse(data);
  const problems = parsed.success ? [] : describeIssues(parsed.error.issues, data, manifestSchema, positions);
  const names = serviceNames(data);
  problems.push(...checkNames(names, positions), ...checkDependencies(data, names, positions));
  if (!parsed.success || problems.length > 0) return { ok: false, problems: sorted(problems) };

  const manifest = parsed.data;
  problems.push(...checkCommands(manifest, os, positions));
  if (problems.length > 0) return { ok: false, problems: sorted(problems) };
  const projectName = manifest.name ?? projectNameOf(folder);
  const specs = Object.entries(manifest.services).map(([name, written]) => {
    const { line } = positions.ofKey(['services'], name);
    return resolveService(name, forOs(written, os), manifest, {
      projectName,
      folder,
      declaredAt: file === '' ? '' : `${file}:${line}`,
    });
  });
  problems.push(...checkMeaning(specs, positions));
  if (problems.length > 0) return { ok: false, problems: sorted(problems) };
  const cycles = findCycles(new Map(specs.map((spec) => [spec.name, spec.dependsOn.map((d) => d.service)])));
  return {
    ok: true,
    manifest: {
      name: projectName,
      services: specs.map((spec) => ({ ...spec, cycle: cycles.get(spec.name) })),
      warnings: cycleProblems(cycles, positions),
    },
  };
}

/** Each circle once, although all of its members know it. */
function cycleProblems(cycles: ReadonlyMap<string, string>, positions: ManifestPositions): ManifestProblem[] {
  const byMembers = new Map<string, string>();
  for (const cycle of cycles.values()) {
    const members = [...new Set(cycle.split(' → '))].sort().join(' ');
    if (!byMembers.has(members)) byMembers.set(members, cycle);
  }
  return [...byMembers.values()].map((cycle) => {
    const service = cycle.split(' → ')[0] as string;
    return {
      code: 'service.cycle',
      text: `services depend on each other in a circle: ${cycle}`,
      service,
      ...positions.ofKey(['services'], service),
    };
  });
}

/** A name for a project made from its folder's. */
export function projectNameOf(folder: string): string {
  return toServiceName(basename(folder)) || 'project';
}

/** The service name nearest to any text; empty when nothing of it can be kept. */
export function toServiceName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
}

function forOs(written: Manifest['services'][string], os: ManifestOs): ServiceManifest {
  if (typeof written === 'string') return { run: written };
  const { os: overrides, ...rest } = written;
  return { ...rest, ...overrides?.[os] };
}

function serviceNames(data: unknown): string[] {
  const services = (data as { services?: unknown } | null)?.services;
  return services !== null && typeof services === 'object' && !Array.isArray(services) ? Object.keys(services) : [];
}

function checkNames(names: readonly string[], positions: ManifestPositions): ManifestProblem[] {
  return names
    .filter((name) => !serviceNamePattern.test(name))
    .map((name) => {
      const better = toServiceName(name);
      return {
        code: 'manifest.invalid' as const,
        text: `services: "${name}" cannot be the name of a service (lower case letters, digits and -, at most 63)`,
        ...(better ? { next: `Use "${better}".` } : {}),
        service: name,
        ...positions.ofKey(['services'], name),
      };
    });
}

function checkDependencies(data: unknown, names: readonly string[], positions: ManifestPositions): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  const services = (data as { services?: Record<string, unknown> }).services ?? {};
  for (const name of names) {
    const service = services[name] as { dependsOn?: unknown } | null;
    const needs = service?.dependsOn;
    const listed = Array.isArray(needs)
      ? needs.map((need, index) => ({ need, place: () => positions.ofValue(['services', name, 'dependsOn', index]) }))
      : needs !== null && typeof needs === 'object'
        ? Object.keys(needs).map((need) => ({
            need,
            place: () => positions.ofKey(['services', name, 'dependsOn'], need),
          }))
        : [];
    for (const { need, place } of listed) {
      if (typeof need !== 'string' || names.includes(need)) continue;
      const near = nearest(need, names);
      problems.push({
        code: 'manifest.unknown-service',
        text: `services.${name}.dependsOn: there is no service "${need}"`,
        next: near ? `Did you mean "${near}"?` : `Services here: ${names.join(', ')}.`,
        service: name,
        ...place(),
      });
    }
  }
  return problems;
}

/** Where commands stand in a service. */
const commandPaths = [
  ['run'],
  ['image', 'run'],
  ['build'],
  ['ready', 'exec'],
  ['live', 'exec'],
  ['stop', 'command'],
] as const;

/** Command lines that no shell could read either. */
function checkCommands(manifest: Manifest, os: ManifestOs, positions: ManifestPositions): ManifestProblem[] {
  return Object.entries(manifest.services).flatMap(([name, written]) => {
    const service = forOs(written, os);
    return commandPaths.flatMap((path) => {
      const command = valueAt(service, path);
      if (typeof command !== 'string') return [];
      try {
        parseCommand(command);
        return [];
      } catch (error) {
        const base = ['services', name];
        const isForOs = typeof written === 'object' && valueAt(written, ['os', os, path[0]]) !== undefined;
        const place = typeof written === 'string' ? base : isForOs ? [...base, 'os', os, ...path] : [...base, ...path];
        return [
          {
            code: 'manifest.invalid' as const,
            text: `${[...base, ...path].join('.')}: ${(error as Error).message}`,
            service: name,
            ...positions.ofValue(place),
          },
        ];
      }
    });
  });
}

/** What each value allows by itself but not together. */
function checkMeaning(specs: readonly ServiceSpec[], positions: ManifestPositions): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  const add = (spec: ServiceSpec, key: string, text: string, next?: string): void => {
    problems.push({
      code: 'manifest.invalid',
      text: `services.${spec.name}${key ? `.${key}` : ''}: ${text}`,
      ...(next ? { next } : {}),
      service: spec.name,
      ...(key ? positions.ofKey(['services', spec.name], key) : positions.ofKey(['services'], spec.name)),
    });
  };
  const portOwner = new Map<number, string>();
  for (const spec of specs) {
    if (spec.kind === 'external') {
      if (!spec.address) add(spec, '', 'an external service needs an address', 'Add address: host:port, or a URL.');
      else if (!parseAddress(spec.address))
        add(spec, 'address', `${JSON.stringify(spec.address)} is no address`, 'Write host:port, or a URL.');
      if (spec.command) add(spec, 'run', 'an external service is not started, so it has no run');
    } else {
      if (!spec.command) add(spec, '', 'run is missing', 'Add run: with the command that starts it.');
      if (spec.address) add(spec, 'address', 'only external services have an address', 'Use port, or kind: external.');
    }
    if (spec.schedule && spec.kind !== 'task') add(spec, 'schedule', 'only tasks run on a schedule', 'Add kind: task.');
    const unusable = spec.schedule && scheduleProblem(spec.schedule);
    if (unusable) add(spec, 'schedule', unusable, 'Write five or six fields as in crontab, or every: 10m.');
    if (spec.replicas > 1 && typeof spec.port === 'number') {
      add(spec, 'replicas', `${spec.replicas} copies cannot share port ${spec.port}`, 'Use port: auto.');
    }
    if (typeof spec.port === 'number') {
      const owner = portOwner.get(spec.port);
      if (owner)
        add(spec, 'port', `port ${spec.port} is already the port of ${owner}`, 'Use port: auto, or another number.');
      else portOwner.set(spec.port, spec.name);
    }
    if (
      spec.port === 'none' &&
      ['tcp', 'http'].includes(spec.ready.by) &&
      !spec.ready.port &&
      !/^https?:/.test(spec.ready.http ?? '')
    ) {
      add(
        spec,
        'ready',
        'cannot be checked over the network, because port is none',
        'Use ready: { log: … }, exec or after.',
      );
    }
  }
  return problems;
}

function sorted(problems: ManifestProblem[]): ManifestProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/\s+$/, '').replace(/:$/, '') ?? text;
}

/** A problem as one line: `micro.yaml:12:5: … Did you mean …?` */
export function problemText(file: string, problem: ManifestProblem): string {
  return `${file}:${problem.line}:${problem.column}: ${problem.text}${problem.next ? `. ${problem.next}` : ''}`;
}
