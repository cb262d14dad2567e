import { languageOf } from '../project/languageOf.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { containerCommand } from './containerCommand.ts';

/** Images that services are built on, by language; the newest with long support when this was written. */
export const BASES = {
  node: 'node:22-slim',
  python: 'python:3.13-slim',
  java: 'eclipse-temurin:21',
  maven: 'maven:3-eclipse-temurin-21',
  gradle: 'gradle:8-jdk21',
  go: 'golang:1.24',
  /** Where a Go program that was built runs: small, and still with a shell. */
  goRuntime: 'debian:bookworm-slim',
} as const;

/** What the folder of a service has that decides how its image is made. */
export interface FolderFiles {
  has(name: string): boolean;
}

/** The text of a container file for a service, undefined when there is no recipe for its language. */
export function containerFile(spec: ServiceSpec, folder: FolderFiles): string | undefined {
  if (!spec.command) return undefined;
  // A program that was compiled does not say in what: `./bin/api`.
  const recipe = recipes[spec.language] ?? recipes[languageOf(spec.build)];
  const lines = recipe?.(spec, folder, runLine(spec));
  return lines && `${lines.join('\n')}\n`;
}

/** The lines of a container file; undefined when the runtime is none that its base has. */
type Recipe = (spec: ServiceSpec, folder: FolderFiles, start: string) => string[] | undefined;

const node: Recipe = (spec, folder, start) => {
  if (uses(spec, 'bun') || uses(spec, 'deno')) return undefined;
  return [
    `FROM ${BASES.node}`,
    'WORKDIR /app',
    ...nodePackages(folder),
    'COPY . .',
    ...buildLine(spec),
    'ENV NODE_ENV=production',
    start,
  ];
};

function nodePackages(folder: FolderFiles): string[] {
  if (folder.has('package-lock.json')) return ['COPY package.json package-lock.json ./', 'RUN npm ci'];
  if (folder.has('pnpm-lock.yaml'))
    return ['COPY package.json pnpm-lock.yaml ./', 'RUN corepack enable && pnpm install --frozen-lockfile'];
  if (folder.has('yarn.lock'))
    return ['COPY package.json yarn.lock ./', 'RUN corepack enable && yarn install --frozen-lockfile'];
  return folder.has('package.json') ? ['COPY package.json ./', 'RUN npm install'] : [];
}

/** Programs that install what a Python service needs and start it; the base has none of them. */
const PYTHON_TOOLS = { uv: 'uv sync', poetry: 'poetry install --no-root', pipenv: 'pipenv install' } as const;

const python: Recipe = (spec, folder, start) => {
  const tool = (Object.keys(PYTHON_TOOLS) as (keyof typeof PYTHON_TOOLS)[]).find((name) => uses(spec, name));
  return [
    `FROM ${BASES.python}`,
    'WORKDIR /app',
    'ENV PYTHONUNBUFFERED=1',
    ...(tool ? [`RUN pip install --no-cache-dir ${tool}`] : []),
    ...(folder.has('requirements.txt')
      ? ['COPY requirements.txt ./', 'RUN pip install --no-cache-dir -r requirements.txt']
      : []),
    'COPY . .',
    ...(tool
      ? [`RUN ${PYTHON_TOOLS[tool]}`]
      : folder.has('pyproject.toml') && !folder.has('requirements.txt')
        ? ['RUN pip install --no-cache-dir .']
        : []),
    ...buildLine(spec),
    start,
  ];
};

const java: Recipe = (spec, _folder, start) => [
  `FROM ${uses(spec, 'mvn') ? BASES.maven : uses(spec, 'gradle') ? BASES.gradle : BASES.java}`,
  'WORKDIR /app',
  'COPY . .',
  ...buildLine(spec),
  start,
];

const go: Recipe = (spec, folder, start) => {
  if (uses(spec, 'air')) return undefined;
  const argv = spec.command?.argv ?? [];
  const isRun = !spec.command?.shell && argv[0] === 'go' && argv[1] === 'run';
  const needsCompiler = !isRun && uses(spec, 'go', [spec.command]);
  const head = [
    `FROM ${BASES.go}${needsCompiler ? '' : ' AS build'}`,
    'WORKDIR /app',
    // The base that it runs on may have another C library.
    ...(needsCompiler ? [] : ['ENV CGO_ENABLED=0']),
    ...(folder.has('go.sum') ? ['COPY go.mod go.sum ./', 'RUN go mod download'] : []),
    'COPY . .',
    ...buildLine(spec),
  ];
  if (needsCompiler) return [...head, start];
  const runtime = ['', `FROM ${BASES.goRuntime}`, 'WORKDIR /app', 'COPY --from=build /app .'];
  if (!isRun) return [...head, ...runtime, start];
  // `go run FILES` becomes a program of its own, so that the image has no compiler in it.
  const isFile = (word: string): boolean => word.endsWith('.go');
  const files = argv.slice(2).filter(isFile);
  const sources = files.length > 0 ? files : argv.slice(2, 3);
  const rest = argv.slice(2 + sources.length);
  return [
    ...head,
    `RUN ${JSON.stringify(['go', 'build', '-o', '/service', ...sources])}`,
    ...runtime,
    'COPY --from=build /service /usr/local/bin/service',
    `CMD ${JSON.stringify(['service', ...rest])}`,
  ];
};

const recipes: Readonly<Record<string, Recipe>> = { js: node, ts: node, py: python, java, go };

/** Whether a program stands as a word in what builds or starts the service. */
function uses(spec: ServiceSpec, program: string, commands = [spec.command, spec.build]): boolean {
  return commands.some((command) => {
    const words = command?.shell ? command.text.split(/[\s;&|()]+/) : (command?.argv.slice(0, 1) ?? []);
    return words.includes(program);
  });
}

function buildLine(spec: ServiceSpec): string[] {
  if (!spec.build) return [];
  const { shell, text, argv } = spec.build;
  // The words of a line for a shell can be read as they are, unless the container file would read them otherwise.
  const isPlain = !/[\n]|<<|\\$|^\s*(?:\[|--)/.test(text);
  return [`RUN ${shell && isPlain ? text : JSON.stringify(shell ? ['sh', '-c', text] : argv)}`];
}

function runLine(spec: ServiceSpec): string {
  return `CMD ${JSON.stringify(spec.command ? containerCommand(spec.command) : [])}`;
}
