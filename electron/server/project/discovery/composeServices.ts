import { posix } from 'node:path';
import { parse } from 'yaml';
import type { FolderView } from './folderView.ts';

/** A service of a compose file, as far as it matters outside a container. */
export interface ComposeService {
  name: string;
  /** Folder of its Dockerfile relative to the project; undefined: it runs a ready image. */
  context: string | undefined;
  image: string;
  /** Ports that it publishes on this machine. */
  ports: number[];
  dependsOn: string[];
  /** File that declares it, for people. */
  file: string;
}

const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'] as const;

interface WrittenService {
  image?: unknown;
  build?: unknown;
  ports?: unknown;
  depends_on?: unknown;
}

/** The services of the folder's compose file. */
export async function findComposeServices(folder: FolderView): Promise<ComposeService[]> {
  const file = folder.first(...fileNames);
  if (!file) return [];
  let written: { services?: unknown } | null;
  try {
    written = parse((await folder.read(file)) ?? '', { merge: true, maxAliasCount: 1000 }) as typeof written;
  } catch {
    return [];
  }
  const services = written?.services;
  if (services === null || typeof services !== 'object') return [];
  return Object.entries(services as Record<string, WrittenService | null>).flatMap(([name, service]) => {
    if (service === null || typeof service !== 'object') return [];
    return [
      {
        name,
        context: contextOf(folder, service.build),
        image: typeof service.image === 'string' ? service.image : '',
        ports: (Array.isArray(service.ports) ? service.ports : []).flatMap(publishedPort),
        dependsOn: namesOf(service.depends_on),
        file,
      },
    ];
  });
}

function contextOf(folder: FolderView, build: unknown): string | undefined {
  const written = typeof build === 'string' ? build : (build as { context?: unknown } | null | undefined)?.context;
  if (build === undefined || build === null) return undefined;
  const path = posix.join(folder.relative || '.', typeof written === 'string' ? written : '.');
  return path === '.' ? '' : path.replace(/\/$/, '');
}

/** `8080:80`, `127.0.0.1:8080:80/tcp`, `{published: 8080}`; a port alone is published at a random place. */
function publishedPort(port: unknown): number[] {
  const published =
    typeof port === 'object' && port !== null
      ? (port as { published?: unknown }).published
      : /(?:^|:)(\d+):\d+(?:\/tcp)?$/.exec(String(port))?.[1];
  const number = Number(published);
  return Number.isInteger(number) && number > 0 && number < 65_536 ? [number] : [];
}

function namesOf(dependsOn: unknown): string[] {
  if (Array.isArray(dependsOn)) return dependsOn.filter((name) => typeof name === 'string');
  return dependsOn !== null && typeof dependsOn === 'object' ? Object.keys(dependsOn) : [];
}
