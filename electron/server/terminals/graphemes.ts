/**
 * Fault: the add-on reads its table from the beginning of the memory behind a Buffer, but Node puts small Buffers
 * anywhere into a shared one, so that loading it fails by chance (xterm.js, addon-unicode-graphemes 0.4.0).
 * Trick: no memory is shared while it loads. Limit: it has to be loaded here first.
 */
const { poolSize } = Buffer;
Buffer.poolSize = 0;
const module = await import('@xterm/addon-unicode-graphemes').finally(() => {
  Buffer.poolSize = poolSize;
});

/** Counts columns by what people see as one character. */
export const { UnicodeGraphemesAddon } = module;
