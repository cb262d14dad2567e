import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discoveredManifest } from '../../../electron/server/project/discoveredManifest.ts';
import { discoverProject } from '../../../electron/server/project/discovery.ts';
import { parseManifest } from '../../../electron/server/project/manifestParser.ts';
import { manifestText, writeProject } from '../../../electron/server/project/writeProject.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

async function folderWith(files: Record<string, string | object>): Promise<string> {
  const folder = join(await tempFolder(), 'shop');
  await mkdir(folder);
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** Each candidate as `name @path: run [build] (why)`, with a - in front when it is not chosen. */
async function discover(files: Record<string, string | object>): Promise<string[]> {
  const { candidates } = await discoverProject(await folderWith(files));
  return candidates.map(({ name, path, run, build, why, selected }) => {
    const built = build ? ` [${build}]` : '';
    return `${selected ? '' : '- '}${name}${path ? ` @${path}` : ''}: ${run}${built} (${why})`;
  });
}

const scripts = (of: Record<string, string>, more: object = {}): object => ({ ...more, scripts: of });

describe('package.json', () => {
  test('the script that developers use is taken, with the package manager of the repository', async () => {
    expect(
      await discover({ 'package.json': scripts({ dev: 'vite', start: 'node x' }, { name: '@acme/web' }) }),
    ).toEqual(['web: npm run dev (package.json script dev)']);
    expect(await discover({ 'package.json': scripts({ start: 'node x' }), 'package-lock.json': '{}' })).toEqual([
      'shop: npm start (package.json script start)',
    ]);
    expect(await discover({ 'api/package.json': scripts({ serve: 'x' }), 'pnpm-lock.yaml': '' })).toEqual([
      'api @api: pnpm run serve (package.json script serve)',
    ]);
    expect(
      await discover({
        'package.json': scripts({ dev: 'x' }, { packageManager: 'yarn@4.1.0' }),
        'package-lock.json': '{}',
      }),
    ).toEqual(['shop: yarn run dev (package.json script dev)']);
    expect(await discover({ 'package.json': scripts({ test: 'x', build: 'y' }) })).toEqual([]);
  });

  test('start that runs the output of a build gets the build', async () => {
    expect(await discover({ 'package.json': scripts({ start: 'node dist/main.js', build: 'tsc' }) })).toEqual([
      'shop: npm start [npm run build] (package.json script start)',
    ]);
    expect(await discover({ 'package.json': scripts({ start: 'node src/main.js', build: 'tsc' }) })).toEqual([
      'shop: npm start (package.json script start)',
    ]);
  });

  test('members of a workspace are found on their own; its root and what only compiles are not chosen', async () => {
    expect(
      await discover({
        'package.json': scripts({ dev: 'turbo run dev' }, { workspaces: ['apps/*', 'packages/*'] }),
        'bun.lock': '',
        'apps/web/package.json': scripts({ dev: 'next dev' }),
        'apps/api/package.json': scripts({ dev: 'tsx watch src/main.ts' }),
        'packages/ui/package.json': scripts({ dev: 'tsup --watch' }),
        'packages/config/package.json': scripts({ lint: 'x' }),
        'node_modules/left-pad/package.json': scripts({ start: 'node evil.js' }),
      }),
    ).toEqual([
      'api @apps/api: bun run dev (package.json script dev)',
      'web @apps/web: bun run dev (package.json script dev)',
      '- ui @packages/ui: bun run dev (package.json script dev, which only compiles)',
    ]);
  });

  test('a file that is no JSON, or of another shape, is left out', async () => {
    expect(
      await discover({
        'a/package.json': '{',
        'b/package.json': '[]',
        'c/package.json': 'null',
        'd/package.json': '{"scripts":{"dev":1}}',
      }),
    ).toEqual([]);
  });
});

describe('other languages', () => {
  test('Go main packages, from the root of their module', async () => {
    expect(
      await discover({
        'go.mod': 'module shop',
        'cmd/api/main.go': 'package main\nfunc main() {}',
        'cmd/worker/run.go': '// Package main works.\npackage main\n',
        'internal/store/store.go': 'package store',
        'gen/gen.go': '//go:build ignore\n\npackage main\n',
        'tools/seed/main.go': 'package main',
      }),
    ).toEqual([
      'api: go run ./cmd/api (Go main package in cmd/api)',
      'worker: go run ./cmd/worker (Go main package in cmd/worker)',
      '- seed: go run ./tools/seed (Go main package in tools/seed)',
    ]);
    expect(await discover({ 'billing/go.mod': 'module b', 'billing/main.go': 'package main' })).toEqual([
      'billing @billing: go run . (Go main package of go.mod)',
    ]);
  });

  test('Cargo binaries, of packages and of members of a workspace', async () => {
    expect(
      await discover({
        'Cargo.toml': '[workspace]\nmembers = ["api", "jobs"]',
        'api/Cargo.toml': '[package]\nname = "shop-api"',
        'api/src/main.rs': 'fn main() {}',
        'jobs/Cargo.toml': '[package]\nname = "jobs"\n[[bin]]\nname = "mailer"\npath = "m.rs"',
        'jobs/src/bin/cleaner.rs': 'fn main() {}',
        'lib/Cargo.toml': '[package]\nname = "lib"',
        'lib/src/lib.rs': '',
      }),
    ).toEqual([
      'shop-api @api: cargo run (Cargo.toml binary shop-api)',
      'mailer @jobs: cargo run --bin mailer (Cargo.toml binary mailer)',
      'cleaner @jobs: cargo run --bin cleaner (Cargo.toml binary cleaner)',
    ]);
  });

  test('Maven and Gradle programs, with the wrapper of the repository', async () => {
    const boot = '<plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>';
    expect(
      await discover({
        mvnw: '#!/bin/sh',
        'pom.xml': `<project><packaging>pom</packaging>${boot}</project>`,
        'orders/pom.xml': `<project>${boot}</project>`,
        'common/pom.xml': `<project><!-- ${boot} --></project>`,
      }),
    ).toEqual(['orders @orders: ../mvnw spring-boot:run (pom.xml with Spring Boot)']);
    expect(
      await discover({
        'app/build.gradle.kts': 'plugins { id("org.springframework.boot") version "3.3.0" }',
        'cli/build.gradle': "plugins {\n  id 'application'\n}",
        'lib/build.gradle': "plugins { id 'java-library' }",
      }),
    ).toEqual([
      'app @app: gradle bootRun (build.gradle.kts with Spring Boot)',
      'cli @cli: gradle run (build.gradle with application plugin)',
    ]);
    expect(await discover({ 'Main.java': 'class Main { public static void main(String[] a) {} }' })).toEqual([
      'shop: java Main.java (Main.java with a main method)',
    ]);
  });

  test('Python applications, with the project’s own interpreter', async () => {
    expect(await discover({ 'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n', 'uv.lock': '' })).toEqual([
      'shop: uv run uvicorn main:app --port $PORT (FastAPI application in main.py)',
    ]);
    expect(await discover({ 'api/app.py': 'app = Flask(__name__)', '.venv/bin/python': '' })).toEqual([
      'api @api: ../.venv/bin/python -m flask --app app:app run --port $PORT (Flask application in app.py)',
    ]);
    expect(
      await discover({ 'web/app/main.py': 'api: FastAPI = FastAPI()', 'web/requirements.txt': 'fastapi' }),
    ).toEqual(['web @web: python3 -m uvicorn app.main:api --port $PORT (FastAPI application in app/main.py)']);
    expect(await discover({ 'manage.py': '', 'poetry.lock': '' })).toEqual([
      'shop: poetry run python manage.py runserver 127.0.0.1:$PORT (manage.py of Django)',
    ]);
    expect(await discover({ 'worker/main.py': 'import x\nif __name__ == "__main__":\n  x.run()' })).toEqual([
      'worker @worker: python3 main.py (main.py)',
    ]);
    expect(await discover({ 'lib/main.py': 'def f(): pass' })).toEqual([]);
    expect(
      await discover({
        'a/pyproject.toml': '[project]\nname="a"\ndependencies=["uvicorn>=0.1"]\n[project.scripts]\na-server="a:main"',
        'b/pyproject.toml': '[tool.poetry.scripts]\nb-tool="b:main"',
        'c/pyproject.toml': 'not = [toml',
      }),
    ).toEqual([
      'a @a: a-server (pyproject.toml script a-server)',
      '- b @b: poetry run b-tool (pyproject.toml script b-tool, which may be a tool)',
    ]);
  });

  test('Ruby, PHP, .NET, Elixir, Deno', async () => {
    expect(
      await discover({
        'rails/config.ru': '',
        'rails/bin/rails': '',
        'laravel/artisan': '',
        'dotnet/Api.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        'phoenix/mix.exs': '{:phoenix, "~> 1.7"}',
        'deno/deno.jsonc': '{ // tasks\n "tasks": { "start": "deno run main.ts", }, }',
      }),
    ).toEqual([
      'deno @deno: deno task start (deno.jsonc task start)',
      'dotnet @dotnet: dotnet run (Api.csproj)',
      'laravel @laravel: php artisan serve --port=$PORT (artisan of Laravel)',
      'phoenix @phoenix: mix phx.server (mix.exs with Phoenix)',
      'rails @rails: bin/rails server -p $PORT (bin/rails and config.ru)',
    ]);
  });
});

describe('what a project says of itself', () => {
  test('a Procfile is the word on what runs in its folder and where its lines go', async () => {
    expect(
      await discover({
        Procfile: 'web: npm start\n# comment\nworker: cd jobs && node worker.js\nrelease: rake db:migrate\n',
        'package.json': scripts({ dev: 'x' }),
        'jobs/package.json': scripts({ start: 'node worker.js' }),
        'mail/package.json': scripts({ start: 'node mail.js' }),
      }),
    ).toEqual([
      'web: npm start (Procfile line 1)',
      'worker: cd jobs && node worker.js (Procfile line 3)',
      '- release: rake db:migrate (Procfile line 4)',
      '- shop: npm run dev (package.json script dev)',
      '- jobs @jobs: npm start (package.json script start)',
      'mail @mail: npm start (package.json script start)',
    ]);
  });

  test('compose services give names and dependencies, and ready images become external services', async () => {
    const folder = await folderWith({
      'compose.yaml': `
services:
  orders-api: { build: ./orders, ports: ["3000:3000"], depends_on: { db: { condition: service_healthy }, cache: {} } }
  legacy: { build: { context: legacy }, depends_on: [db] }
  db: { image: "postgres:16", ports: ["127.0.0.1:5433:5432"] }
  cache: { image: redis }
`,
      'orders/package.json': scripts({ dev: 'x' }),
      'legacy/Dockerfile': '',
    });
    const { candidates } = await discoverProject(folder);
    expect(candidates).toMatchObject([
      {
        name: 'orders-api',
        path: 'orders',
        run: 'npm run dev',
        dependsOn: ['db', 'cache'],
        selected: true,
        why: 'package.json script dev; compose.yaml calls it orders-api',
      },
      { name: 'legacy', run: 'docker compose up --no-log-prefix legacy', dependsOn: ['db'], selected: false },
      { name: 'db', kind: Kind.EXTERNAL, port: 5433, run: '', selected: true },
      { name: 'cache', kind: Kind.SERVICE, run: 'docker compose up --no-log-prefix cache', selected: false },
    ]);
    const text = manifestText(
      'shop',
      candidates.filter(({ selected }) => selected),
    );
    expect(text).toContain(
      '# found by: compose.yaml runs postgres:16 on port 5433; start it with `docker compose up -d db`',
    );
    const parsed = parseManifest(text, folder, 'micro.yaml');
    expect(
      parsed.ok &&
        parsed.manifest.services.map(({ name, kind, address, dependsOn }) => ({ name, kind, address, dependsOn })),
    ).toEqual([
      { name: 'orders-api', kind: 'service', address: undefined, dependsOn: [{ service: 'db', condition: 'ready' }] },
      { name: 'db', kind: 'external', address: '127.0.0.1:5433', dependsOn: [] },
    ]);
  });

  test('launch entries of VS Code are chosen where nothing else was found', async () => {
    const launch = `{
  // comments and commas are fine here
  "configurations": [
    { "name": "API: debug", "type": "node", "request": "launch", "program": "\${workspaceFolder}/api/main.js", "args": ["--port", "4 000"], "cwd": "\${workspaceFolder}/api", },
    { "name": "web", "type": "node", "request": "launch", "runtimeExecutable": "npm", "runtimeArgs": ["run", "dev"], "cwd": "\${workspaceFolder}/web" },
    { "name": "This file", "type": "node", "request": "launch", "program": "\${file}" },
    { "name": "Attach", "type": "node", "request": "attach", "port": 9229 },
    { "name": "Python", "type": "debugpy", "request": "launch", "module": "shop.worker" },
    { "name": "Go", "type": "go", "request": "launch", "program": "\${workspaceFolder}/cmd/server" },
  ],
}`;
    expect(await discover({ '.vscode/launch.json': launch, 'web/package.json': scripts({ dev: 'vite' }) })).toEqual([
      'web @web: npm run dev (package.json script dev)',
      "api-debug @api: node main.js --port '4 000' (.vscode/launch.json entry API: debug)",
      'python: python3 -m shop.worker (.vscode/launch.json entry Python)',
      'go: go run ./cmd/server (.vscode/launch.json entry Go)',
    ]);
  });

  test('what lies in folders for examples, tools and tests is listed, not chosen', async () => {
    const files = { 'api/package.json': scripts({ dev: 'x' }), 'examples/demo/package.json': scripts({ dev: 'x' }) };
    expect(await discover(files)).toEqual([
      'api @api: npm run dev (package.json script dev)',
      '- demo @examples/demo: npm run dev (package.json script dev)',
    ]);
    // When there is nothing else, it is what was meant.
    expect(await discover({ 'examples/demo/package.json': scripts({ dev: 'x' }) })).toEqual([
      'demo @examples/demo: npm run dev (package.json script dev)',
    ]);
  });

  test('two of the same name are told apart', async () => {
    expect(
      await discover({ 'a/api/package.json': scripts({ dev: 'x' }), 'b/api/package.json': scripts({ dev: 'x' }) }),
    ).toEqual([
      'api @a/api: npm run dev (package.json script dev)',
      'api-2 @b/api: npm run dev (package.json script dev)',
    ]);
  });
});

describe('a folder without a micro.yaml', () => {
  test('runs by what was found in it', async () => {
    const folder = await folderWith({
      'api/package.json': scripts({ dev: 'x' }),
      'docs/package.json': scripts({ dev: 'x' }),
    });
    const manifest = await discoveredManifest(folder);
    expect(manifest.services).toMatchObject([
      { name: 'api', folder: join(folder, 'api'), command: { text: 'npm run dev' }, declaredAt: '' },
    ]);
  });

  test('and with nothing that runs is an error that says what to do', async () => {
    await expect(discoveredManifest(await folderWith({ 'readme.md': '' }))).rejects.toMatchObject({
      code: 'manifest.missing',
    });
    await expect(discoverProject('/no/such/folder')).rejects.toMatchObject({ code: 'project.folder-missing' });
  });

  test('gets one that can be read back, and never over another', async () => {
    const folder = await folderWith({ 'api/package.json': scripts({ start: 'node dist/x', build: 'tsc' }) });
    const { candidates } = await discoverProject(folder);
    const file = await writeProject(folder, 'shop', candidates);
    const text = await readFile(file, 'utf8');
    expect(text).toBe(
      'name: shop\nservices:\n  # found by: package.json script start\n  api:\n    path: api\n    build: npm run build\n    run: npm start\n',
    );
    expect(parseManifest(text, folder, file).ok).toBe(true);
    await expect(writeProject(folder, 'shop', candidates)).rejects.toMatchObject({ code: 'project.exists' });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('is not written when the candidates make no usable one', async () => {
    const folder = await folderWith({ 'api/package.json': scripts({ dev: 'x' }) });
    const { candidates } = await discoverProject(folder);
    await expect(writeProject(folder, 'Not A Name', candidates)).rejects.toMatchObject({ code: 'manifest.invalid' });
    await expect(readFile(join(folder, 'micro.yaml'))).rejects.toThrow('ENOENT');
  });
});
