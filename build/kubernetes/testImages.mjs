import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/paths.mjs';
import { packLayer, writeImage } from './image.mjs';
import { addProgram, addPython, startImageFolder } from './imageFolder.mjs';

/**
 * Makes the images that the tests run, in `work`: one with Node, Python and a shell, one with the shop on top of it in
 * two versions, and the one that holds a pod's namespaces. Resolves with their archives.
 * @param {string} work
 * @param {string} pause the program of the last one
 */
export async function makeTestImages(work, pause) {
  const platform = await packLayer(await platformFolder(join(work, 'platform')), join(work, 'platform.tar'));
  const shop = join(work, 'shop');
  mkdirSync(join(shop, 'app'), { recursive: true });
  for (const name of ['lib', 'services'])
    cpSync(join(root, 'examples/shop', name), join(shop, 'app', name), { recursive: true });
  cpSync(join(root, 'dist/sdk'), join(shop, 'app/node_modules/micro-desktop/sdk'), { recursive: true });
  cpSync(join(root, 'build/kubernetes/sdkPackage.json'), join(shop, 'app/node_modules/micro-desktop/package.json'));
  const app = await packLayer(shop, join(work, 'shop.tar'));
  const server = await packLayer(serverFolder(join(work, 'server')), join(work, 'server.tar'));
  const holder = join(work, 'pause');
  mkdirSync(holder);
  copyFileSync(pause, join(holder, 'pause'));
  chmodSync(join(holder, 'pause'), 0o755);
  const image = (name, layers, config) =>
    writeImage({ name, layers, config, work, out: join(work, `${name.replace(/[/:]/g, '-')}.oci.tar`) });
  const env = ['PATH=/usr/bin:/bin', 'PYTHONUNBUFFERED=1'];
  return [
    await image('k8s.local/pause:3.2', [await packLayer(holder, join(work, 'pause.tar'))], { Cmd: ['/pause'] }),
    await image('micro.test/platform:1', [platform], { Cmd: ['sh'], Env: env, WorkingDir: '/' }),
    await image('micro.test/shop:1', [platform, app], { Env: [...env, 'RELEASE=1'], WorkingDir: '/app' }),
    await image('micro.test/shop:2', [platform, app], { Env: [...env, 'RELEASE=2'], WorkingDir: '/app' }),
    // As build/container/Containerfile has it.
    await image('micro.test/micro-server:1', [platform, server], {
      Entrypoint: ['node', '/app/dist/node/cli.mjs'],
      Cmd: ['server'],
      Env: [...env, 'NODE_ENV=production', 'MICRO_HOME=/var/lib/micro'],
      WorkingDir: '/app',
    }),
  ];
}

/** What the container file of the server leaves in its image: the bundles, and the packages that they need at run time. */
function serverFolder(folder) {
  const app = join(folder, 'app');
  mkdirSync(app, { recursive: true });
  cpSync(join(root, 'package.json'), join(app, 'package.json'));
  const isNeeded = (path) => !path.endsWith('.map');
  for (const name of ['node', 'sdk'])
    cpSync(join(root, 'dist', name), join(app, 'dist', name), { recursive: true, filter: isNeeded });
  const copied = new Set();
  const copyPackage = (name) => {
    const from = join(root, 'node_modules', name);
    if (copied.has(name) || !existsSync(from)) return;
    copied.add(name);
    cpSync(from, join(app, 'node_modules', name), { recursive: true, filter: isNeeded });
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(other);
  };
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) copyPackage(name);
  return folder;
}

async function platformFolder(folder) {
  await startImageFolder(folder);
  await addProgram(folder, process.execPath, 'usr/bin/node');
  await addPython(folder);
  return folder;
}
