import { MicroError } from '../../../shared/contract/errors.ts';
import { manifestText } from './writeProject.ts';
import { discoverProject } from './discovery.ts';
import { type ParsedManifest, parseManifest } from './manifestParser.ts';

/** The manifest that a folder without micro.yaml would get; rejects with `manifest.missing` when nothing is in it. */
export async function discoveredManifest(folder: string): Promise<ParsedManifest> {
  const discovery = await discoverProject(folder);
  const candidates = discovery.candidates.filter(({ selected }) => selected);
  const result = parseManifest(manifestText(discovery.name, candidates), folder, '');
  if (candidates.length === 0 || !result.ok) {
    throw new MicroError('manifest.missing', `${folder} has no micro.yaml, and nothing that runs was found in it`, {
      next: 'Write a micro.yaml, or run one command: micro run -- COMMAND …',
    });
  }
  return result.manifest;
}
