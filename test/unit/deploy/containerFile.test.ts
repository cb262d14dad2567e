import { describe, expect, it } from 'vitest';
import { containerFile } from '../../../electron/server/deploy/containerFile.ts';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';

function textFor(declared: object, files: readonly string[] = []): string | undefined {
  const text = JSON.stringify({ name: 'shop', services: { web: declared } });
  const parsed = parseManifest(text, '/shop', 'micro.yaml', 'linux');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return containerFile(parsed.manifest.services[0] as ServiceSpec, { has: (name) => files.includes(name) });
}

describe('a generated container file', () => {
  it.each([
    ['package-lock.json', 'RUN npm ci'],
    ['pnpm-lock.yaml', 'RUN corepack enable && pnpm install --frozen-lockfile'],
    ['yarn.lock', 'RUN corepack enable && yarn install --frozen-lockfile'],
    ['package.json', 'RUN npm install'],
  ])('installs as %s says', (file, line) =>
    expect(textFor({ run: 'node main.js' }, ['package.json', file])).toContain(line),
  );

  it.each([
    ['uv run main.py', 'RUN pip install --no-cache-dir uv', 'RUN uv sync'],
    ['poetry run api', 'RUN pip install --no-cache-dir poetry', 'RUN poetry install --no-root'],
  ])('of %s has the tool', (run, install, sync) => {
    const text = textFor({ run }, ['pyproject.toml']);
    expect(text).toContain(install);
    expect(text).toContain(sync);
    expect(text).not.toContain('pip install --no-cache-dir .');
  });

  it.each([
    [{ run: 'mvn spring-boot:run' }, 'FROM maven:'],
    [{ run: 'java -jar target/a.jar', build: 'mvn package' }, 'FROM maven:'],
    [{ run: 'gradle bootRun' }, 'FROM gradle:'],
    [{ run: './mvnw spring-boot:run' }, 'FROM eclipse-temurin:'],
  ])('of %j begins with %s', (declared, from) => expect(textFor(declared)).toMatch(new RegExp(`^${from}`)));

  it('of a program that Go builds has no compiler in its last stage', () => {
    const text = textFor({ run: './bin/api --verbose', build: 'go build -o bin/api ./cmd/api' }, ['go.sum']);
    expect(text).toBe(`FROM golang:1.24 AS build
WORKDIR /app
ENV CGO_ENABLED=0
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN ["go","build","-o","bin/api","./cmd/api"]

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /app .
CMD ["./bin/api","--verbose"]
`);
  });

  it('of a shell line that Go starts keeps the compiler', () => {
    const text = textFor({ run: 'cd cmd && go run .' });
    expect(text).toMatch(/^FROM golang:1\.24\n/);
    expect(text).not.toContain('AS build');
  });

  it('writes build lines that a container file would read otherwise as one word', () => {
    expect(textFor({ run: 'node a.js', build: 'echo a\necho b' })).toContain('RUN ["sh","-c","echo a\\necho b"]');
    expect(textFor({ run: 'node a.js', build: 'echo a && echo b' })).toContain('RUN echo a && echo b\n');
  });

  it.each(['bun main.ts', 'deno run main.ts', 'air', './server', 'bundle exec puma'])(
    'is not made for %s, which its base would not know',
    (run) => expect(textFor({ run })).toBeUndefined(),
  );
});
