/**
 * What the system is to start for this app, now and later: what the user has of it. An AppImage and the portable program of
 * Windows unpack themselves for one run, and the executable that runs is gone with it.
 */
export function ownProgram(env: NodeJS.ProcessEnv = process.env, executable: string = process.execPath): string {
  return env['APPIMAGE'] || env['PORTABLE_EXECUTABLE_FILE'] || executable;
}

/** One word of a command line of Windows: in quotes, before which a backslash would stand for the quote itself. */
export function windowsWord(text: string): string {
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
