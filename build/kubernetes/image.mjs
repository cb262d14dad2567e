import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';

const TYPES = {
  layer: 'application/vnd.oci.image.layer.v1.tar',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
};

/** Packs a folder as a layer of images: the same folder gives the same bytes. */
export async function packLayer(folder, file) {
  const fixed = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
  await mustRun('tar', ['-C', folder, ...fixed, '-cf', file, '.']);
  return file;
}

/**
 * Writes an image as an OCI archive, which containerd imports; no registry and no builder takes part.
 * @param {{name: string, layers: string[], config: object, out: string, work: string}} image `layers` are tar files
 */
export async function writeImage({ name, layers, config, out, work }) {
  const folder = mkdtempSync(join(work, 'image-'));
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  try {
    const packed = [];
    for (const layer of layers) {
      const sum = await sha256(layer);
      copyFileSync(layer, join(blobs, sum));
      packed.push({ mediaType: TYPES.layer, digest: `sha256:${sum}`, size: statSync(layer).size });
    }
    const put = (value, mediaType) => {
      const text = JSON.stringify(value);
      const sum = createHash('sha256').update(text).digest('hex');
      writeFileSync(join(blobs, sum), text);
      return { mediaType, digest: `sha256:${sum}`, size: Buffer.byteLength(text) };
    };
    const configuration = put(
      {
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        created: '1970-01-01T00:00:00Z',
        config,
        rootfs: { type: 'layers', diff_ids: packed.map(({ digest }) => digest) },
        // Builders refuse to build on an image whose layers have no history.
        history: packed.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'packed' })),
      },
      TYPES.config,
    );
    const manifest = put(
      { schemaVersion: 2, mediaType: TYPES.manifest, config: configuration, layers: packed },
      TYPES.manifest,
    );
    const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(
      join(folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
    );
    await mustRun('tar', ['-C', folder, '-cf', out, 'oci-layout', 'index.json', 'blobs']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return out;
}

function sha256(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('error', reject)
      .on('data', (data) => hash.update(data))
      .on('end', () => resolve(hash.digest('hex')));
  });
}
