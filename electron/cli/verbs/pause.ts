import { reloadVerb } from '../setReload.ts';

/** `micro pause`: files can be changed without a reload; the services go on. */
export const pauseVerb = reloadVerb('pause', [
  ['micro pause orders', 'saved files do not reload orders any more'],
  ['micro pause --all', 'the same for every service, e.g. before a big change'],
]);
