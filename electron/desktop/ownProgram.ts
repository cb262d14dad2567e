/**
 * What the system is to start for this app, now and later: what the user has of it. An AppImage and the portable program of
 * Windows unpack themselves for one run, and the executable that runs is gone with it.
 */
export function ownProgram(env: NodeJS.ProcessEnv = process.env, executable: string = process.execPath): string {
  return env['APPIMAGE'] || env['PORTABLE_EXECUTABLE_FILE'] || executable;
}

/** What cmd.exe gives a meaning to. */
const CMD_META = /[()\][%!^"`<>&|;, *?]/g;

/**
 * How a program is started on this system without anything that a shell could take for its own. Windows starts no batch files,
 * as which most editors put themselves on PATH, but by cmd.exe: there every word is quoted, and what cmd.exe would read in it escaped,
 * for the file's folder mostly has spaces and the words come from a project.
 */
export function startedBy(
  file: string,
  args: readonly string[],
  platform: NodeJS.Platform = process.platform,
  shell = process.env['ComSpec'] || 'cmd.exe',
): { file: string; args: string[]; verbatim: boolean } {
  if (platform !== 'win32' || !/\.(cmd|bat)$/i.test(file)) return { file, args: [...args], verbatim: false };
  const escaped = (text: string): string => text.replace(CMD_META, '^$&');
  // Twice: the batch file hands its words on through cmd.exe once more.
  const line = [escaped(file), ...args.map((word) => escaped(escaped(windowsWord(word))))].join(' ');
  return { file: shell, args: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
}

/** One word of a command line of Windows: in quotes, before which a backslash would stand for the quote itself. */
export function windowsWord(text: string): string {
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
