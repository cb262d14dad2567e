import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runCommand } from './commandLine.mjs';
import { etcdProtos } from './etcdProtos.mjs';
import { lateEntryPoints, lateFiles, latePackages } from './latePackages.mjs';
import { withLock } from './lock.mjs';
import { oneLocale } from './oneLocale.mjs';
import { root } from './paths.mjs';
import { readStamp, sourceStamp, writeStamp } from './stamp.mjs';
import { SetupError } from './steps.mjs';

/** Where all output goes. */
export const dist = join(root, 'dist');

/** Packages that stay packages: native, or provided by the runtime. */
const EXTERNAL = ['electron', '@lydell/node-pty', 'lmdb', 'electron-updater'];
/** What runs inside Electron is written for the oldest Node among the runtimes it is tested on. */
const NODE_TARGET = 'node18';
/**
 * Parts of an older build are kept this long, because a server that still runs from them may not have loaded all of them
 * yet. They are named by content, so old and new do not meet.
 */
const KEEP_OLD_CHUNKS_MS = 24 * 60 * 60 * 1000;

/** The bundles, with the sources that each depends on. */
const BUNDLES = {
  desktop: {
    sources: ['electron', 'shared'],
    output: 'main.cjs',
    build: buildDesktop,
  },
  node: { sources: ['electron/cli', 'electron/server', 'shared'], output: 'node/cli.mjs', build: buildNode },
  sdk: {
    sources: ['shared/sdk', 'shared/contract', 'build/lib/sdkTypes.mjs'],
    output: 'sdk/index.mjs',
    build: buildSdk,
  },
  renderer: {
    sources: ['renderer', 'shared', 'build/vite.renderer.config.ts'],
    output: 'renderer/index.html',
    build: buildRenderer,
  },
};
const COMMON_SOURCES = [
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'build/lib/bundles.mjs',
  'build/lib/etcdProtos.mjs',
  'build/lib/latePackages.mjs',
  'build/lib/oneLocale.mjs',
];

/** Names of all bundles. */
export const bundleNames = Object.keys(BUNDLES);

/** Whether a bundle is there and no source changed since it was made. */
export function bundleIsCurrent(name) {
  const bundle = BUNDLES[name];
  return existsSync(join(dist, bundle.output)) && readStamp(stampFile(name)) === stampOf(name);
}

/**
 * Builds those of the named bundles that are not current, side by side. Resolves with the names of what was built. Safe
 * to call from several processes at once: one builds, the others wait and find it done.
 * @param {string[]} [names]
 */
export async function ensureBundles(names = bundleNames) {
  if (names.every(bundleIsCurrent)) return [];
  mkdirSync(dist, { recursive: true });
  return withLock(join(dist, '.lock'), async () => {
    const stale = names.filter((name) => !bundleIsCurrent(name));
    await Promise.all(
      stale.map(async (name) => {
        // Taken before the build: what is saved while it runs belongs to the next one.
        const stamp = stampOf(name);
        rmSync(stampFile(name), { force: true });
        await BUNDLES[name].build();
        writeStamp(stampFile(name), stamp);
      }),
    );
    return stale;
  });
}

/** Options of esbuild for the Electron main process and the preload script; one CommonJS file each. */
export function desktopBuildOptions() {
  return {
    ...commonOptions(),
    entryPoints: { main: join(root, 'electron/main.ts'), preload: join(root, 'electron/preload.ts') },
    outdir: dist,
    format: 'cjs',
    // Names are kept, for the log; what is shorter is read sooner.
    minifySyntax: true,
    minifyWhitespace: true,
    outExtension: { '.js': '.cjs' },
  };
}

/** Options of esbuild for the server with its command line, and one entry point for each `*Worker.ts` in it. */
export function nodeBuildOptions() {
  const entryPoints = { cli: join(root, 'electron/cli/main.ts') };
  for (const file of workerFiles(join(root, 'electron/server'))) {
    const name = file.slice(file.lastIndexOf('/') + 1, -'.ts'.length);
    if (entryPoints[name] !== undefined) {
      throw new SetupError(`two worker files share the name ${name}.ts: ${entryPoints[name]} and ${file}`);
    }
    entryPoints[name] = file;
  }
  return {
    ...commonOptions(),
    entryPoints,
    outdir: join(dist, 'node'),
    format: 'esm',
    splitting: true,
    plugins: [etcdProtos, oneLocale],
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    // Bundled CommonJS packages still call require() for Node's own modules, which an ES module does not have.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  };
}

/**
 * Options of esbuild for the server as the app starts it, see electron/cli/serverEntry.ts: the command line as one file,
 * what loads it, and what it loads late. Paths of files are those of the bundle in parts, which lies beside it.
 */
export function serverBuildOptions() {
  return {
    ...commonOptions(),
    entryPoints: {
      program: join(root, 'electron/cli/main.ts'),
      server: join(root, 'electron/cli/serverEntry.ts'),
      ...lateEntryPoints,
    },
    outdir: join(dist, 'node'),
    format: 'cjs',
    plugins: [etcdProtos, oneLocale, latePackages],
    sourcemap: false,
    charset: 'ascii',
    minifySyntax: true,
    minifyWhitespace: true,
    outExtension: { '.js': '.cjs' },
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__bundleUrl' },
    banner: {
      js: "const __bundleUrl = require('node:url').pathToFileURL(require('node:path').join(__dirname, 'cli.mjs')).href;",
    },
  };
}

/**
 * Options of esbuild for what services import: one file that needs no package, so that it can stand beside a service which
 * has none installed. It runs in Node alone, so it is written for the oldest one that the package takes.
 */
export function sdkBuildOptions() {
  return {
    ...commonOptions(),
    entryPoints: { index: join(root, 'shared/sdk/index.ts') },
    outdir: join(dist, 'sdk'),
    format: 'esm',
    target: 'node20',
    minify: true,
    sourcemap: false,
    outExtension: { '.js': '.mjs' },
  };
}

function commonOptions() {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: NODE_TARGET,
    external: EXTERNAL,
    // ES modules first: the "main" of some packages is a UMD wrapper whose requires cannot be followed.
    mainFields: ['module', 'main'],
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  };
}

async function buildDesktop() {
  await buildWithEsbuild(desktopBuildOptions());
}

async function buildNode() {
  const written = await buildWithEsbuild(nodeBuildOptions());
  removeOldChunks(join(dist, 'node'), new Set(written));
  await buildWithEsbuild(serverBuildOptions(), asFunction);
  // What is too new or too old for the Node of the app's start is left to that start.
  await makeCodeCache(process.execPath, join(dist, 'node'));
}

/**
 * Makes the code cache of the server in `folder` with the program that will run it, e.g. a packaged app. Resolves with
 * whether there is one now.
 */
export async function makeCodeCache(executable, folder) {
  const { code } = await runCommand(executable, [join(root, 'build/lib/codeCache.cjs'), folder], {
    cwd: root,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
  });
  return code === 0 && existsSync(join(folder, 'program.cjs.cache'));
}

async function buildSdk() {
  // The types first: the program says that the bundle is there.
  const { writeSdkTypes } = await import('./sdkTypes.mjs');
  await writeSdkTypes(join(dist, 'sdk/types'));
  await buildWithEsbuild(sdkBuildOptions());
}

/** Makes the server's program the function that electron/cli/serverEntry.ts calls, with what CommonJS gives to a file. */
function asFunction(result) {
  const program = result.outputFiles.find((file) => file.path.endsWith('program.cjs'));
  const before = '(function (require, __dirname, __filename, module, exports) {';
  program.contents = Buffer.concat([Buffer.from(before), program.contents, Buffer.from('\n})')]);
}

async function buildWithEsbuild(options, change = () => {}) {
  const { build, formatMessages } = await import('esbuild');
  try {
    const result = await build(options);
    change(result);
    return writeOutput(result);
  } catch (error) {
    if (!error.errors) throw error;
    const messages = await formatMessages(error.errors, { kind: 'error', color: process.stdout.isTTY ?? false });
    throw new SetupError(messages.join('\n'));
  }
}

/** Writes what esbuild made: parts first and entry points last, each renamed into place. Returns the paths. */
export function writeOutput(result) {
  const isChunk = (file) => /chunk-[^/\\]*$/.test(file.path);
  const files = [...result.outputFiles].sort((a, b) => Number(isChunk(b)) - Number(isChunk(a)));
  for (const file of files) {
    if (isChunk(file) && existsSync(file.path)) continue;
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(`${file.path}.tmp`, file.contents);
    renameSync(`${file.path}.tmp`, file.path);
  }
  return files.map((file) => file.path);
}

function removeOldChunks(folder, written) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!written.has(file) && Date.now() - statSync(file).mtimeMs > KEEP_OLD_CHUNKS_MS) rmSync(file, { force: true });
  }
}

async function buildRenderer() {
  const { build } = await import('vite');
  const next = join(dist, 'renderer.next');
  const previous = join(dist, 'renderer.previous');
  rmSync(next, { recursive: true, force: true });
  // Test runners set it; React would then be its own slow, talkative version, in the tests and in what is measured.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      configFile: join(root, 'build/vite.renderer.config.ts'),
      logLevel: 'silent',
      build: { outDir: next, emptyOutDir: true },
    });
  } catch (error) {
    throw new SetupError(error.message);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  rmSync(previous, { recursive: true, force: true });
  if (existsSync(join(dist, 'renderer'))) renameSync(join(dist, 'renderer'), previous);
  renameSync(next, join(dist, 'renderer'));
  rmSync(previous, { recursive: true, force: true });
}

/**
 * The files of dist/node that its programs load, relative to the checkout: the entry points and the parts that they name,
 * without those of older builds.
 */
export function runtimeNodeFiles() {
  const wanted = Object.keys(nodeBuildOptions().entryPoints).map((name) => `${name}.mjs`);
  for (const file of wanted) {
    const text = readFileSync(join(dist, 'node', file), 'utf8');
    for (const [name] of text.matchAll(/\bchunk-[A-Z0-9]+\.mjs\b/g)) if (!wanted.includes(name)) wanted.push(name);
  }
  return [...wanted, 'program.cjs', 'server.cjs', ...lateFiles].map((file) => `dist/node/${file}`);
}

function workerFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return workerFiles(path);
    return entry.name.endsWith('Worker.ts') ? [path] : [];
  });
}

function stampOf(name) {
  return sourceStamp([...BUNDLES[name].sources, ...COMMON_SOURCES]);
}

function stampFile(name) {
  return join(dist, `.stamp-${name}`);
}

/** A path as people read it, relative to the checkout. */
export function shown(path) {
  return relative(root, path);
}
