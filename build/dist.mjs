import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { makeAppImageTools } from './lib/appImageTools.mjs';
import { dist, ensureBundles } from './lib/bundles.mjs';
import { ensureElectron } from './lib/electronRuntime.mjs';
import { requireNode } from './lib/nodeVersion.mjs';
import { ensurePackages } from './lib/packages.mjs';
import { appImageTools, builderEnvironment, packageTargets, targetProblem } from './lib/packageTargets.mjs';
import { root } from './lib/paths.mjs';
import { dropUnsetSecrets } from './lib/signing.mjs';
import { runScript, SetupError, Steps } from './lib/steps.mjs';
import { thirdPartyText } from './lib/thirdParty.mjs';
import { addUpdateInfo, readUpdateInfo } from './lib/updateInfo.mjs';

/**
 * `npm run dist [TARGET…] [-- --fast]`: packs the app into dist/packages, with every target that can be made on this
 * machine, or the named ones. `--fast` compresses little. Says the size of each, and why the others are not there.
 */
requireNode();
await runScript(async () => {
  const words = process.argv.slice(2);
  const fast = words.includes('--fast');
  const names = words.filter((word) => word !== '--fast');
  const unknown = names.find((name) => !packageTargets.some((target) => target.name === name));
  if (unknown !== undefined) {
    throw new SetupError(
      `there is no target "${unknown}"; there are: ${packageTargets.map(({ name }) => name).join(', ')}`,
    );
  }
  const asked = packageTargets.filter(({ name }) => names.length === 0 || names.includes(name));
  const problems = new Map();
  for (const target of asked) problems.set(target, await targetProblem(target));
  const possible = asked.filter((target) => problems.get(target) === undefined);
  if (names.length > 0 && possible.length < asked.length) {
    const impossible = asked.filter((target) => problems.get(target) !== undefined);
    throw new SetupError(impossible.map((target) => `${target.name}: ${problems.get(target)}`).join('\n'));
  }
  const output = join(dist, 'packages');
  const steps = new Steps(4 + possible.length);
  await steps.run('packages', ensurePackages);
  await steps.run('bundles', async () => ((await ensureBundles()).length > 0 ? 'built' : 'current'));
  let electron;
  await steps.run('runtime', async (say) => {
    const found = await ensureElectron(say);
    if (found.executable === undefined) throw new SetupError(`No Electron to pack: ${found.why}.`);
    electron = { ...found, isOfficial: found.executable.startsWith(join(root, 'node_modules')) };
    return found.why;
  });
  const thirdParty = join(dist, 'THIRD-PARTY.txt');
  await steps.run('licences', async () => {
    writeFileSync(thirdParty, thirdPartyText());
    return relative(root, thirdParty);
  });
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  Object.assign(process.env, builderEnvironment(fast));
  dropUnsetSecrets(process.env);
  // It is packed without the right to be run.
  if (process.env.ELECTRON_BUILDER_7ZIP_PATH) chmodSync(process.env.ELECTRON_BUILDER_7ZIP_PATH, 0o755);
  const { builderConfig } = await import('./packages/config.mjs');
  const built = [];
  for (const target of possible) {
    await steps.run(target.name, async () => {
      const before = new Set(readdirSync(output));
      const updateInfo = readUpdateInfo(output);
      if (target.name === 'AppImage') await makeAppImageTools(appImageTools);
      await pack(target, builderConfig({ electron, thirdParty, fast }), unpackedFolder(output));
      addUpdateInfo(output, updateInfo);
      const made =
        target.name === 'dir'
          ? [basename(unpackedFolder(output))]
          : readdirSync(output).filter((name) => !before.has(name) && !/unpacked$|\.ya?ml$|^\.|blockmap$/.test(name));
      if (made.length === 0 || made[0] === undefined)
        throw new SetupError(`electron-builder left no ${target.name} in ${output}`);
      const text = made.map((name) => `${name}, ${megabytes(sizeOf(join(output, name)))}`).join('; ');
      built.push(text);
      return text;
    });
  }
  process.stdout.write(`\nin ${relative(root, output)}:\n${built.map((text) => `  ${text}\n`).join('')}`);
  for (const [target, problem] of problems) {
    if (problem !== undefined) process.stdout.write(`  not made: ${target.name} (${target.what}): ${problem}\n`);
  }
});

/** One target at a time; those that only wrap the unpacked folder take the one that is there. */
async function pack(target, config, unpacked) {
  const { build, Platform, Arch } = await import('electron-builder');
  const platform = { linux: Platform.LINUX, win32: Platform.WINDOWS, darwin: Platform.MAC }[target.platform];
  const arch = target.platform === 'darwin' ? Arch.universal : process.arch === 'arm64' ? Arch.arm64 : Arch.x64;
  const name = target.name.replace(/-mac$/, '');
  const prepackaged =
    target.name !== 'dir' && target.platform === 'linux' && existsSync(unpacked) ? unpacked : undefined;
  try {
    await build({
      projectDir: root,
      targets: platform.createTarget([name], arch),
      config,
      prepackaged,
      publish: 'never',
    });
  } catch (error) {
    throw new SetupError(`electron-builder: ${error.message}`);
  }
}

function unpackedFolder(output) {
  return join(output, process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked');
}

function sizeOf(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return info?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
