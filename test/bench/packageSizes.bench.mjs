import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const title = 'Sizes of the packages';
export const about =
  'What `npm run dist` makes on this machine, with full compression, against the runtime alone as a tar.gz: an app without anything of ours. The folder is what an installed app takes.';

const MB = 1024 * 1024;

export async function run({ root, electron, work, say }) {
  const folder = join(root, 'dist/packages');
  say('packing');
  execFileSync(process.execPath, [join(root, 'build/dist.mjs')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const runtime = join(electron.executable, '..');
  const floor = { folder: folderBytes(runtime), 'tar.gz': 0 };
  const archive = join(work, 'runtime.tar.gz');
  execFileSync('tar', ['-czf', archive, '-C', runtime, '.']);
  floor['tar.gz'] = statSync(archive).size;
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const isFolder = statSync(path).isDirectory();
      if (!isFolder && !/\.(tar\.gz|zip|deb|rpm|AppImage|exe|dmg)$/.test(name)) return [];
      const bytes = isFolder ? folderBytes(path) : statSync(path).size;
      const alone = isFolder ? floor.folder : floor['tar.gz'];
      return [
        {
          metric: isFolder ? `${name} (folder)` : name.replace(/^micro-desktop-[\d.]+-/, ''),
          value: bytes / MB,
          unit: 'MB',
          against: { value: alone / MB, name: isFolder ? 'runtime alone' : 'runtime alone, tar.gz' },
        },
      ];
    });
}

function folderBytes(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + folderBytes(path);
    return entry.isSymbolicLink() ? sum : sum + statSync(path).size;
  }, 0);
}
