import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportProject } from '../../../electron/server/deploy/exportProject.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const manifest = `name: shop
env: { REGION: eu }
services:
  seed: { kind: task, run: node seed.mjs }
  db: { kind: external, address: db.example:5432 }
  catalog:
    path: catalog
    run: node main.mjs
    build: node --check main.mjs
    port: auto
    ready: { http: /healthz }
    dependsOn: { seed: completed, db: ready }
    env: { CURRENCY: "\${config:shop.currency}", API_KEY: "\${secret:api.key}", PRICE: 5$ }
  stock:
    path: stock
    run: python3 stock.py
    port: none
    image: { name: "registry.example/stock:2", run: python3 -m stock }
    dependsOn: [catalog]
    resources: { limits: { cpu: 250m, memory: 64Mi } }
`;

async function project(text = manifest): Promise<string> {
  const folder = await tempFolder();
  for (const name of ['catalog', 'stock']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'catalog/package.json'), '{}');
  await writeFile(join(folder, 'micro.yaml'), text);
  return folder;
}

const textOf = (files: { path: string; text: string }[], path: string): string =>
  files.find((file) => file.path === path)?.text ?? '';

describe('export to Kubernetes', () => {
  test('writes a file per service, the container files that are missing, and what ties them together', async () => {
    const folder = await project();
    const { files, notes } = await exportProject(folder, 'kubernetes', join(folder, 'kubernetes'));
    expect(files.map(({ path }) => path).sort()).toEqual([
      'catalog.Containerfile',
      'catalog.Containerfile.dockerignore',
      'catalog.yaml',
      'kustomization.yaml',
      'seed.Containerfile',
      'seed.Containerfile.dockerignore',
      'seed.yaml',
      'stock.yaml',
    ]);
    expect(parse(textOf(files, 'kustomization.yaml'))).toMatchObject({
      resources: ['seed.yaml', 'catalog.yaml', 'stock.yaml'],
    });
    const catalog = textOf(files, 'catalog.yaml');
    expect(catalog).toContain('value: http://db.example:5432');
    expect(catalog).toContain('secretKeyRef');
    expect(catalog).toContain('configMapKeyRef');
    const texts = notes.map(({ service, text }) => `${service}: ${text}`);
    expect(texts).toContain('catalog: first: kubectl create secret generic catalog --from-literal=API_KEY=…');
    expect(texts).toContain(
      'catalog: first: docker build -t shop/catalog:latest -f catalog.Containerfile ../catalog, and push it',
    );
  });

  test('container files follow the files of the folder', async () => {
    const folder = await project();
    const { files } = await exportProject(folder, 'kubernetes', join(folder, 'kubernetes'));
    expect(textOf(files, 'catalog.Containerfile')).toMatchInlineSnapshot(`
      "FROM node:22-slim
      WORKDIR /app
      COPY package.json ./
      RUN npm install
      COPY . .
      RUN ["node","--check","main.mjs"]
      ENV NODE_ENV=production
      CMD ["node","main.mjs"]
      "
    `);
  });

  test('images have the names by which the cluster pulls them from the registry that is named', async () => {
    const folder = await project();
    const { files, notes } = await exportProject(folder, 'kubernetes', folder, 'registry.example/team');
    expect(textOf(files, 'catalog.yaml')).toContain('image: registry.example/team/shop-catalog:latest');
    expect(notes.map(({ text }) => text)).toContain(
      'first: docker build -t registry.example/team/shop-catalog:latest -f catalog.Containerfile catalog, and push it',
    );
  });

  test.each(['kubernetes', 'compose'] as const)('says that an image will lack the SDK (%s)', async (format) => {
    const folder = await project('name: shop\nservices: { ledger: { run: node ledger.mjs } }');
    await writeFile(join(folder, 'ledger.mjs'), "await import(process.env.MICRO_SDK ?? 'micro-desktop/sdk');");
    const texts = async (): Promise<string> =>
      (await exportProject(folder, format, folder)).notes.map(({ text }) => text).join('\n');
    expect(await texts()).toContain('it imports micro-desktop/sdk, which its image will lack');
    await writeFile(join(folder, 'package.json'), '{ "dependencies": { "micro-desktop": "*" } }');
    expect(await texts()).not.toContain('micro-desktop/sdk');
  });

  test('a folder that nothing is known of is an error that names it', async () => {
    const folder = await project('name: shop\nservices: { odd: { run: ./odd } }');
    await expect(exportProject(folder, 'kubernetes', folder)).rejects.toMatchObject({ code: 'image.no-recipe' });
    await writeFile(join(folder, 'Dockerfile'), 'FROM scratch');
    const { files, notes } = await exportProject(folder, 'kubernetes', join(folder, 'k'));
    expect(files.map(({ path }) => path)).toEqual(['odd.yaml', 'kustomization.yaml']);
    expect(notes[0]?.text).toContain('-f ../Dockerfile ..');
  });
});

describe('export to compose', () => {
  test('says what each service needs, how it is checked and what it may use', async () => {
    const folder = await project();
    const { files } = await exportProject(folder, 'compose', folder);
    expect(textOf(files, 'compose.yaml')).toMatchInlineSnapshot(`
      "name: shop
      services:
        seed:
          build:
            context: "."
            dockerfile: seed.Containerfile
          environment:
            REGION: eu
            MICRO_SERVICE_NAME: seed
            MICRO_SERVICE_VERSION: latest
          restart: "no"
          stop_grace_period: 10s
        catalog:
          build:
            context: catalog
            dockerfile: ../catalog.Containerfile
          environment:
            MICRO_URL_DB: http://db.example:5432
            REGION: eu
            CURRENCY: \${CURRENCY:?set CURRENCY in the environment or in .env}
            API_KEY: \${API_KEY:?set API_KEY in the environment or in .env}
            PRICE: 5$$
            PORT: "8080"
            MICRO_LISTEN: 0.0.0.0
            MICRO_SERVICE_NAME: catalog
            MICRO_SERVICE_VERSION: latest
          depends_on:
            seed:
              condition: service_completed_successfully
          healthcheck:
            test:
              - CMD
              - node
              - -e
              - 'fetch("http://127.0.0.1:8080/healthz").then((r) => process.exit(r.status < 400 ? 0 : 1), () => process.exit(1))'
            interval: 1s
            timeout: 2s
            retries: 3
            start_period: 60s
          restart: on-failure
          stop_grace_period: 10s
        stock:
          image: registry.example/stock:2
          command:
            - python3
            - -m
            - stock
          environment:
            MICRO_URL_CATALOG: http://catalog:8080
            REGION: eu
            MICRO_SERVICE_NAME: stock
            MICRO_SERVICE_VERSION: latest
          depends_on:
            catalog:
              condition: service_healthy
          restart: on-failure
          stop_grace_period: 10s
          deploy:
            resources:
              limits:
                cpus: "0.25"
                memory: 64M
      "
    `);
  });
});
