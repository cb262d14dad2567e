import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { MicroError } from '../../shared/contract/errors.ts';
import { type BlobJson, requestBlob } from './blobRequest.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { openExportFile } from './exportFile.ts';
import type { StoreAction, StoreOptions } from './storeActions.ts';
import { renderTable } from './table.ts';
import { usageError } from './usageError.ts';

type Action = (context: CliContext, words: readonly string[], options: StoreOptions) => Promise<ExitCode>;

const ACTIONS: Readonly<Record<string, Action>> = { put, get, list, delete: remove };

/** Content of any size by key: put, get, list, delete. */
export const blobAction: StoreAction = {
  takes: ['ACTION', 'KEY?', 'FILE?'],
  options: ['database', 'expiry', 'type', 'force', 'verbose'],
  run(context, [name = '', ...words], options) {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action)
      throw usageError(`"micro store blob ${name}" does not exist`, `there are: ${Object.keys(ACTIONS).join(', ')}`);
    if (name !== 'list' && !words[0]) throw usageError(`micro store blob ${name} takes a KEY`, 'name the blob');
    return action(context, words, options);
  },
};

async function put(context: CliContext, [key = '', file]: readonly string[], options: StoreOptions): Promise<ExitCode> {
  const { database: namespace, expiryMs, type: contentType } = options;
  if (file === undefined && process.stdin.isTTY) context.err.line('type the content; ctrl-D ends it');
  const response = await requestBlob(context, {
    method: 'PUT',
    namespace,
    key,
    contentType,
    query: expiryMs === undefined ? {} : { ttl: String(expiryMs / 1000) },
    content: file === undefined ? process.stdin : contentOf(resolve(context.cwd, file)),
  });
  const blob = (await json(response)) as BlobJson;
  if (context.json) context.out.json(blob);
  else context.say(`${key} stored, ${blob.bytes} bytes`);
  return exitCode.fine;
}

async function get(context: CliContext, [key = '', file]: readonly string[], options: StoreOptions): Promise<ExitCode> {
  if (file === undefined) {
    for await (const chunk of await requestBlob(context, { method: 'GET', namespace: options.database, key })) {
      context.out.write(chunk as Buffer);
      await context.out.drained();
    }
    return exitCode.fine;
  }
  const path = resolve(context.cwd, file);
  const unfinished = `${path}.unfinished`;
  // Claims the name, and says so before anything is read when it is taken.
  await (await openExportFile(path, options.force)).close();
  let bytes = 0;
  let isWhole = false;
  try {
    const response = await requestBlob(context, { method: 'GET', namespace: options.database, key });
    const target = await openExportFile(unfinished, true);
    for await (const chunk of response) {
      target.write(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      await target.drained();
    }
    await target.close();
    await rename(unfinished, path);
    isWhole = true;
  } finally {
    if (!isWhole)
      await Promise.all([rm(unfinished, { force: true }), options.force ? undefined : rm(path, { force: true })]);
  }
  if (context.json) context.out.json({ key, file: path, bytes });
  else context.say(`${path} written, ${bytes} bytes`);
  return exitCode.fine;
}

async function list(context: CliContext, [prefix = '']: readonly string[], options: StoreOptions): Promise<ExitCode> {
  const blobs: BlobJson[] = [];
  for (let after: string | undefined; ; after = blobs.at(-1)?.key) {
    const query = { prefix, ...(after === undefined ? {} : { after }) };
    const response = await requestBlob(context, { method: 'GET', namespace: options.database, key: '', query });
    const page = (await json(response)) as { blobs: BlobJson[]; more: boolean };
    blobs.push(...page.blobs);
    if (!page.more) break;
  }
  if (context.json) for (const blob of blobs) context.out.json(blob);
  else if (blobs.length === 0) context.say(`no blobs in ${options.database}`);
  else if (options.verbose) for (const line of tableOf(context, blobs)) context.out.line(line);
  else for (const { key } of blobs) context.out.line(key);
  return exitCode.fine;
}

async function remove(context: CliContext, [key = '']: readonly string[], options: StoreOptions): Promise<ExitCode> {
  const response = await requestBlob(context, { method: 'DELETE', namespace: options.database, key });
  response.resume();
  if (context.json) context.out.json({ key, deleted: true });
  else context.say(`${key} is deleted`);
  return exitCode.fine;
}

function tableOf(context: CliContext, blobs: readonly BlobJson[]): string[] {
  return renderTable<BlobJson>(
    [
      { title: 'KEY', text: ({ key }) => key },
      { title: 'BYTES', text: ({ bytes }) => String(bytes), align: 'right' },
      { title: 'TYPE', text: ({ contentType }) => contentType },
      { title: 'STORED', text: ({ createdAt }) => createdAt },
      { title: 'ENDS', text: ({ expiresAt }) => expiresAt ?? 'never' },
    ],
    blobs,
    context.out.colours.dim,
  );
}

async function* contentOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    throw new MicroError('cli.usage', `${path} cannot be read: ${(error as Error).message}`, {
      next: 'give a file, or pipe the content',
    });
  }
}
