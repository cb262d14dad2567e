import { mkdtempSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleProbe, runProbe } from './lib/storeProbeRun.mjs';

/** Records; MICRO_BENCH_KEYS makes it shorter for a try. */
const KEYS = Number(process.env.MICRO_BENCH_KEYS ?? 10_000_000);
const LOOKS = 3;

export const title = 'Ten million keys';
export const about = `${KEYS.toLocaleString('en')} records of 100 bytes in the store, put in by batches of 1,000, against the same rows in a bare lmdb file. Then a process opens it and looks into it as a person does: the first page, one behind a key, one by prefix, the last, and pages that are found by counting (the window counts from the key that it shows, so a page far down is found by key there). ${LOOKS} looks each, in turn; the quickest, as files are read for the first time in the first. What is not kept by lmdb as a bare row is what makes it a store: revision, life, sizes.`;

export async function run({ root, work, say }) {
  const probe = await bundleProbe(root);
  const ours = mkdtempSync(join(work, 'ours'));
  const raw = mkdtempSync(join(work, 'raw'));
  const filled = { ours: runProbe(probe, ours, 'fill', KEYS), raw: runProbe(probe, raw, 'fillRaw', KEYS) };
  say(`filled: ${Math.round(filled.ours.fill.ms / 1000)} s, bare ${Math.round(filled.raw.fill.ms / 1000)} s`);
  const looks = { ours: [], raw: [] };
  for (let look = 0; look < LOOKS; look++) {
    looks.ours.push(runProbe(probe, ours, 'look', KEYS));
    looks.raw.push(runProbe(probe, raw, 'lookRaw', KEYS));
  }
  const perSecond = ({ fill }) => fill.count / (fill.ms / 1000);
  const quickest = (who, part) => Math.min(...looks[who].map((look) => look[part].ms));
  const megabytes = async (file) => (await stat(file)).size / 2 ** 20;
  return [
    {
      metric: 'put in, in batches',
      value: perSecond(filled.ours),
      unit: '/s',
      against: { value: perSecond(filled.raw), name: 'lmdb' },
    },
    {
      metric: 'file',
      value: await megabytes(join(ours, 'data.mdb')),
      unit: 'MB',
      against: { value: await megabytes(join(raw, 'raw.mdb')), name: 'lmdb' },
    },
    ...Object.keys(looks.ours[0]).map((part) => ({
      metric: part,
      value: quickest('ours', part),
      unit: 'ms',
      against: { value: quickest('raw', part), name: 'lmdb' },
    })),
  ];
}
