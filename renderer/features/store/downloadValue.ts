import { saveFile } from '../../client/saveFile.ts';
import { attempt } from '../../state/actions.ts';

/** Characters of a file's name that the key gives at most. */
const maxName = 80;

/** Saves a value as a file that is called like its key. */
export function downloadValue(key: string, value: Uint8Array): void {
  const name = key.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(-maxName) || 'value';
  const parts = async function* () {
    yield new Uint8Array(value);
  };
  void attempt(`“${key}” could not be saved as a file`, () => saveFile(name, 'application/octet-stream', parts()));
}
