import { parse } from 'smol-toml';
import type { FolderView } from './folderView.ts';
import type { Found } from './found.ts';

interface CargoToml {
  package?: { name?: string; 'default-run'?: string };
  bin?: { name?: string }[];
}

/** Binaries of a Cargo package: those declared, src/main.rs, and src/bin/*. */
export async function findCargoBinaries(folder: FolderView): Promise<Found[]> {
  if (!folder.files.has('Cargo.toml')) return [];
  let manifest: CargoToml;
  try {
    manifest = parse((await folder.read('Cargo.toml')) ?? '') as CargoToml;
  } catch {
    return [];
  }
  const name = manifest.package?.name;
  // A virtual manifest has only members, which are found on their own.
  if (typeof name !== 'string') return [];
  const source = folder.folders.includes('src') ? await folder.child('src') : undefined;
  const more = source?.folders.includes('bin') ? await source.child('bin') : undefined;
  const binaries = new Set<string>([
    ...(Array.isArray(manifest.bin)
      ? manifest.bin.flatMap((bin) => (typeof bin.name === 'string' ? [bin.name] : []))
      : []),
    ...(source?.files.has('main.rs') ? [name] : []),
    ...[...(more?.files ?? [])].filter((file) => file.endsWith('.rs')).map((file) => file.slice(0, -'.rs'.length)),
    ...(more?.folders ?? []),
  ]);
  const isOnly = binaries.size === 1;
  return [...binaries].map((binary) => ({
    name: binary,
    run: isOnly ? 'cargo run' : `cargo run --bin ${binary}`,
    language: 'rs',
    why: `Cargo.toml binary ${binary}`,
  }));
}
