import * as z from 'zod';

export const preferencesSchema = z.object({
  theme: z.enum(['light', 'dark', 'system']).default('system'),
  /** What becomes of running services when the app quits; asked for until the user has said what to remember. */
  onQuit: z.enum(['ask', 'stop', 'keep']).default('ask'),
  /** An icon among the system's own, with what runs. */
  tray: z.boolean().default(false),
  /** Whether the app starts with the user's session. */
  startAtLogin: z.boolean().default(false),
  /** Whether the page may still offer to install the `micro` command. */
  offerCommand: z.boolean().default(true),
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
