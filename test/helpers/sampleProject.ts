import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One service of a project that is written for a test. */
export interface SampleService {
  name: string;
  dependsOn?: string[];
  /** Environment that belongs to it alone. */
  env?: Record<string, string>;
  /** Further keys of micro.yaml; `run` here replaces the usual one. */
  keys?: Record<string, unknown>;
}

/**
 * The program of every sample service, plain Node: answers on PORT with its name and pid, says `request` for each call and
 * can be told by path to fail (`/exit?code=3`). `START_MS` delays its readiness.
 */
const PROGRAM = `const http = require('node:http');
const name = process.env.MICRO_SERVICE_NAME;
const server = http.createServer((request, response) => {
  console.log('request ' + request.url);
  const url = new URL(request.url, 'http://x');
  if (url.pathname === '/exit') process.exit(Number(url.searchParams.get('code')));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name, pid: process.pid }) + '\\n');
});
setTimeout(() => server.listen(process.env.PORT, '127.0.0.1', () => console.log(name + ' listens')), Number(process.env.START_MS ?? 0));
process.on('SIGTERM', () => {
  console.log(name + ' ends');
  process.exit(0);
});
`;

/** Writes a project of small services into `folder`; resolves with the folder. */
export async function writeSampleProject(folder: string, name: string, services: SampleService[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'service.cjs'), PROGRAM);
  const lines = services.flatMap((service) => [
    `  ${service.name}:`,
    ...('run' in (service.keys ?? {}) ? [] : ['    run: node service.cjs']),
    ...(service.dependsOn?.length ? [`    dependsOn: [${service.dependsOn.join(', ')}]`] : []),
    ...(service.env ? [`    env: ${JSON.stringify(service.env)}`] : []),
    ...Object.entries(service.keys ?? {}).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`),
  ]);
  await writeFile(join(folder, 'micro.yaml'), `name: ${name}\nservices:\n${lines.join('\n')}\n`);
  return folder;
}

/** The shape of a usual system, for pictures and for tests of many: layers, each using some of the next one. */
export function layeredServices(count: number): SampleService[] {
  const words = ['web', 'orders', 'catalog', 'cart', 'payments', 'mail', 'users', 'search', 'stock', 'prices'];
  const perLayer = Math.max(2, Math.ceil(Math.sqrt(count)));
  const name = (index: number): string => {
    const word = words[index % words.length] as string;
    const round = Math.floor(index / words.length);
    return round === 0 ? word : `${word}-${round + 1}`;
  };
  return Array.from({ length: count }, (_, index) => {
    const next = (Math.floor(index / perLayer) + 1) * perLayer;
    const targets = [next + (index % perLayer), next + ((index + 1) % perLayer)].filter((target) => target < count);
    return { name: name(index), dependsOn: [...new Set(targets)].map(name) };
  });
}
