import { posix } from 'node:path';
import type { Header } from 'tar-stream';

/** Characters of a path; more than systems take for one anyway. */
const MAX_PATH = 1024;
/** Folders in each other. No project has so many; each file of an archive could make as many as its path has letters. */
const MAX_DEPTH = 64;
/** Links that are followed for one; systems give up at 40. */
const MAX_LINKS = 40;

/** Names that mean a device on Windows, whatever follows the first dot. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Whether a path of an archive is relative, has nothing in it that a system reads as a way up, a drive, a stream or a device,
 * and is of a sensible length. Windows drops dots and spaces at the end of a name, so that there `.. ` is `..`.
 */
export function isPlainPath(path: string, platform: NodeJS.Platform): boolean {
  const parts = path.split('/');
  if (path.length > MAX_PATH || parts.length > MAX_DEPTH || /[\\\0:]/.test(path)) return false;
  return parts.every((part) => {
    if (part === '' || part === '.' || part === '..' || part.length > 255) return false;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows takes none of them.
    return platform !== 'win32' || !(/[<>"|?*\u0000-\u001f]|[. ]$/.test(part) || WINDOWS_DEVICE.test(part));
  });
}

/** What is where in an archive so far: nothing twice, nothing through a link, and no link out of the folder. */
export class Places {
  private readonly files = new Set<string>();
  private readonly folders = new Set<string>();
  /** Targets, by path. */
  private readonly links = new Map<string, string>();
  private readonly key: (path: string) => string;

  constructor(platform: NodeJS.Platform) {
    // The file systems of the others take names that differ in case, or in how an accent is written, for the same.
    this.key = platform === 'linux' ? (path) => path : (path) => path.normalize('NFC').toLowerCase();
  }

  /** Takes an entry with a plain path; says why it cannot be, or undefined. */
  take(path: string, { name, type, linkname = '' }: Header): string | undefined {
    const own = this.key(path);
    const isFolder = type === 'directory';
    if (this.files.has(own) || this.links.has(own) || (!isFolder && this.folders.has(own)))
      return `${name} is in it twice`;
    for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) {
      const known = this.key(above);
      if (this.files.has(known) || this.links.has(known)) return `${name} goes through ${above}, which is no folder`;
      this.folders.add(known);
    }
    if (isFolder) this.folders.add(own);
    else if (type === 'symlink') {
      if (linkname === '' || posix.isAbsolute(linkname) || /[\\\0:]/.test(linkname)) return leadsOut(name, linkname);
      this.links.set(own, linkname);
    } else this.files.add(own);
    return undefined;
  }

  /**
   * Why a link of the archive cannot be; to be asked once all are known, since a link may go through another one that comes
   * later: `a/b/up` to `../..` makes `a/b/up/..` lead out, although its words do not.
   */
  linkProblem(): string | undefined {
    for (const [path, target] of this.links) {
      if (!this.staysInside(path)) return leadsOut(path, target);
    }
    return undefined;
  }

  private staysInside(path: string): boolean {
    const left = path.split('/').reverse();
    const at: string[] = [];
    let followed = 0;
    while (left.length > 0) {
      const part = left.pop() as string;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (at.pop() === undefined) return false;
        continue;
      }
      const target = this.links.get(this.key([...at, part].join('/')));
      if (target === undefined) at.push(part);
      else {
        // Links that go round lead nowhere.
        followed += 1;
        if (followed > MAX_LINKS) return true;
        left.push(...target.split('/').reverse());
      }
    }
    return true;
  }
}

function leadsOut(name: string, target: string): string {
  return `the link ${name} leads out of the folder, to ${JSON.stringify(target.slice(0, 200))}`;
}
