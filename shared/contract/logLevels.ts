/** Levels in the order of their weight; the place in this list is the number that files use. Never reorder. */
export const LOG_LEVELS = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevelName = (typeof LOG_LEVELS)[number];
