import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, type Pair, type Scalar } from 'yaml';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { Candidate } from '../../../shared/contract/gen/projects_pb.ts';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { findManifest } from './findManifest.ts';
import { manifestError } from './manifestError.ts';
import { parseManifest } from './manifestParser.ts';

/** micro.yaml for chosen candidates, each with a comment that says where it was found. */
export function manifestText(name: string, candidates: readonly Candidate[]): string {
  const names = new Set(candidates.map((candidate) => candidate.name));
  const services: Record<string, unknown> = {};
  for (const candidate of candidates) {
    const dependsOn = candidate.dependsOn.filter((each) => names.has(each) && each !== candidate.name);
    services[candidate.name] = {
      ...(candidate.kind === Kind.TASK ? { kind: 'task' } : {}),
      ...(candidate.path ? { path: candidate.path } : {}),
      ...(candidate.build ? { build: candidate.build } : {}),
      ...(candidate.kind === Kind.EXTERNAL
        ? { kind: 'external', address: `127.0.0.1:${candidate.port}` }
        : { run: candidate.run, ...(candidate.port > 0 ? { port: candidate.port } : {}) }),
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
    };
  }
  const document = new Document({ name, services });
  const items = (document.get('services') as { items?: Pair<Scalar>[] } | undefined)?.items ?? [];
  for (const item of items) {
    const why = candidates.find((candidate) => candidate.name === item.key.value)?.why;
    if (why) item.key.commentBefore = ` found by: ${why.replace(/\s+/g, ' ')}`;
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * Writes micro.yaml into the folder and resolves with its path. Rejects with `project.exists` when there is one,
 * `manifest.*` when the candidates make no usable one, and `storage.failed` when the folder cannot be written to.
 */
export async function writeProject(folder: string, name: string, candidates: readonly Candidate[]): Promise<string> {
  const file = join(folder, 'micro.yaml');
  const existing = await findManifest(folder);
  if (existing) throw alreadyThere(existing);
  const text = manifestText(name, candidates);
  const parsed = parseManifest(text, folder, file);
  if (!parsed.ok) throw manifestError(file, parsed.problems);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'EEXIST') throw alreadyThere(file, error);
    throw new MicroError('storage.failed', `${file} cannot be written: ${code}`, { cause: error });
  }
  return file;
}

function alreadyThere(file: string, cause?: unknown): MicroError {
  return new MicroError('project.exists', `${file} is already there`, {
    next: 'Edit it, or move it away.',
    ...(cause === undefined ? {} : { cause }),
  });
}
