import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const source = fileURLToPath(new URL('../../../examples/shop/micro.yaml', import.meta.url));

/** The parts of micro.yaml that tests change. */
export interface Manifest {
  services: Record<string, { run: string; image?: { name: string; run: string }; [key: string]: unknown }>;
}

/** The shop as it is, in the image that has it; `release` of single services. */
export async function shopManifest(releases: Record<string, number> = {}): Promise<string> {
  const manifest = parse(await readFile(source, 'utf8')) as Manifest;
  for (const [name, service] of Object.entries(manifest.services)) {
    service.image = { name: `micro.test/shop:${releases[name] ?? 1}`, run: service.run };
    service.stop = { graceMs: 3000 };
  }
  return stringify(manifest);
}
