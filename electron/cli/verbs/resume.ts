import { reloadVerb } from '../setReload.ts';

/** `micro resume`: saved files reload services again; also after one was suspended because it wrote its own files. */
export const resumeVerb = reloadVerb('resume', [
  ['micro resume orders', 'saved files reload orders again'],
  ['micro resume --all', 'the same for every service'],
]);
