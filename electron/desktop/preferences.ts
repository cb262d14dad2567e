import * as z from 'zod/mini';

export const preferencesSchema = z.object({
  theme: z._default(z.enum(['light', 'dark', 'system']), 'system'),
  /** What becomes of running services when the app quits; asked for until the user has said what to remember. */
  onQuit: z._default(z.enum(['ask', 'stop', 'keep']), 'ask'),
  /** An icon among the system's own, with what runs. */
  tray: z._default(z.boolean(), false),
  /** Whether the app starts with the user's session. */
  startAtLogin: z._default(z.boolean(), false),
  /** Whether the page may still offer to install the `micro` command. */
  offerCommand: z._default(z.boolean(), true),
});

/** Choices of the user that concern the app itself. */
export type Preferences = z.infer<typeof preferencesSchema>;

/** What holds as long as nothing was chosen. */
export const defaultPreferences: Preferences = {
  theme: 'system',
  onQuit: 'ask',
  tray: false,
  startAtLogin: false,
  offerCommand: true,
};
