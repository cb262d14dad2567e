import { basename } from 'node:path';
import { json } from 'node:stream/consumers';
import { requestServer } from './blobRequest.ts';
import type { CliContext } from './context.ts';
import { packFolder } from './packFolder.ts';

/** What a server says of a folder that it was sent. */
interface SentFolder {
  /** Where it is over there. */
  folder: string;
  files: number;
  bytes: number;
  changed: number;
  removed: number;
}

/** Sends a folder to the server of another environment, under its own name; resolves with where it is there. */
export async function sendFolder(context: CliContext, folder: string): Promise<string> {
  const warn = context.err.colours.yellow('note:');
  const { content } = await packFolder(folder, (path, why) => {
    if (!context.quiet && !context.json) context.err.line(`${warn} ${path} was not sent: ${why}`);
  });
  const response = await requestServer(context, `/_uploads/${uploadName(folder)}`, {
    method: 'PUT',
    contentType: 'application/gzip',
    content,
  });
  const sent = (await json(response)) as SentFolder;
  const changes = sent.changed + sent.removed === 0 ? 'nothing changed' : `${sent.changed + sent.removed} changed`;
  if (!context.json && !context.quiet)
    context.err.line(`sent ${sent.files} files to ${context.place.name}, ${changes}`);
  return sent.folder;
}

/** A name for a folder that a server takes. */
export function uploadName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'project' : name;
}
