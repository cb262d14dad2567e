import type { ServiceSpec } from '../project/serviceSpec.ts';
import { containerCommand } from './containerCommand.ts';

/** Images that services are built on, by language; the newest with long support when this was written. */
const BASES = {
  node: 'node:22-slim',
  python: 'python:3.13-slim',
  java: 'eclipse-temurin:21',
  go: 'golang:1.24',
} as const;
/** Where a Go program that was built runs: the base is small and still has a shell. */
const GO_RUNTIME = 'debian:bookworm-slim';

/** What the folder of a service has that decides how its image is made. */
export interface FolderFiles {
  has(name: string): boolean;
}

/** The text of a container file for a service, undefined when there is no recipe for its language. */
export function containerFile(spec: ServiceSpec, folder: FolderFiles): string | undefined {
  const recipe = recipes[spec.language];
  if (!recipe || !spec.command) return undefined;
  return `${recipe(spec, folder, runLine(spec)).join('\n')}\n`;
}

type Recipe = (spec: ServiceSpec, folder: FolderFiles, start: string) => string[];

const node: Recipe = (spec, folder, start) => [
  `FROM ${BASES.node}`,
  'WORKDIR /app',
  ...(folder.has('package-lock.json')
    ? ['COPY package.json package-lock.json ./', 'RUN npm ci']
    : folder.has('package.json')
      ? ['COPY package.json ./', 'RUN npm install']
      : []),
  'COPY . .',
  ...buildLine(spec),
  'ENV NODE_ENV=production',
  start,
];

const python: Recipe = (spec, folder, start) => [
  `FROM ${BASES.python}`,
  'WORKDIR /app',
  'ENV PYTHONUNBUFFERED=1',
  ...(folder.has('requirements.txt')
    ? ['COPY requirements.txt ./', 'RUN pip install --no-cache-dir -r requirements.txt']
    : []),
  'COPY . .',
  ...(folder.has('pyproject.toml') && !folder.has('requirements.txt') ? ['RUN pip install --no-cache-dir .'] : []),
  ...buildLine(spec),
  start,
];

const java: Recipe = (spec, _folder, start) => [
  `FROM ${BASES.java}`,
  'WORKDIR /app',
  'COPY . .',
  ...buildLine(spec),
  start,
];

const go: Recipe = (spec, folder, start) => {
  const argv = spec.command?.argv ?? [];
  const head = [
    `FROM ${BASES.go}${argv[1] === 'run' ? ' AS build' : ''}`,
    'WORKDIR /app',
    ...(folder.has('go.sum') ? ['COPY go.mod go.sum ./', 'RUN go mod download'] : []),
    'COPY . .',
    ...buildLine(spec),
  ];
  if (spec.command?.shell || argv[0] !== 'go' || argv[1] !== 'run') return [...head, start];
  // `go run FILES` becomes a program of its own, so that the image has no compiler in it.
  const isFile = (word: string): boolean => word.endsWith('.go');
  const files = argv.slice(2).filter(isFile);
  const sources = files.length > 0 ? files : argv.slice(2, 3);
  const rest = argv.slice(2 + sources.length);
  return [
    ...head,
    `RUN CGO_ENABLED=0 go build -o /service ${sources.join(' ')}`,
    '',
    `FROM ${GO_RUNTIME}`,
    'WORKDIR /app',
    'COPY --from=build /app .',
    'COPY --from=build /service /usr/local/bin/service',
    `CMD ${JSON.stringify(['service', ...rest])}`,
  ];
};

const recipes: Readonly<Record<string, Recipe>> = { js: node, ts: node, py: python, java, go };

function buildLine(spec: ServiceSpec): string[] {
  return spec.build ? [`RUN ${spec.build.shell ? spec.build.text : JSON.stringify(spec.build.argv)}`] : [];
}

function runLine(spec: ServiceSpec): string {
  return `CMD ${JSON.stringify(spec.command ? containerCommand(spec.command) : [])}`;
}
