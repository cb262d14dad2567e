/** By this line a script is known for ours. */
const MARK = '# The micro command of Micro Desktop, which is an AppImage.';

/**
 * What the AppImage's executable runs as Node: the command line in what is mounted. The last word is for the AppImage's
 * start, which would put it in front of all others on machines without user namespaces, where no Node takes it.
 */
const BEGIN = [
  'const cli = process.env.APPDIR + "/resources/app.asar.unpacked/dist/node/cli.mjs"',
  'process.argv.splice(1, 0, cli)',
  'process.argv.pop()',
  'import(require("node:url").pathToFileURL(cli).href)',
].join('; ');

/** A script that runs the command line inside of an AppImage, wherever it is mounted this time. */
export function appImageCommand(appImage: string): string {
  return [
    '#!/bin/sh',
    MARK,
    `image='${appImage.replaceAll("'", "'\\''")}'`,
    'if [ ! -x "$image" ]; then',
    '  echo "micro: the app that this command belongs to is gone: $image" >&2',
    '  echo "Start it where it is now: it puts this right." >&2',
    '  exit 1',
    'fi',
    `ELECTRON_RUN_AS_NODE=1 exec "$image" -e '${BEGIN}' -- "$@" --no-sandbox`,
    '',
  ].join('\n');
}

/** Whether a script is one of {@link appImageCommand}. */
export function isAppImageCommand(text: string): boolean {
  return text.split('\n', 2)[1] === MARK;
}
