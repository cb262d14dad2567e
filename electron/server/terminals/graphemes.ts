/**
 * Fault: the add-on reads its table from the beginning of the memory behind a Buffer, but Node puts small Buffers
 * anywhere into a shared one, so that loading it fails by chance (xterm.js, addon-unicode-graphemes 0.4.0).
 * Trick: no memory is shared while it loads, so the order of these imports matters. Limit: it has to be loaded here first.
 */
import { poolSize } from './unsharedBuffers.ts';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';

Buffer.poolSize = poolSize;

/** Counts columns by what people see as one character. */
export { UnicodeGraphemesAddon };
