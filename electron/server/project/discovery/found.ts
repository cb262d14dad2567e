import type { FolderView } from './folderView.ts';

/** Something in a folder that can be run. */
export interface Found {
  /** Wanted name; absent: that of the folder. */
  name?: string;
  /** Where it runs, relative to the project; absent: the folder it was found in. */
  path?: string;
  run: string;
  build?: string;
  /** Short mark, e.g. `js`. */
  language: string;
  /** Why it was taken for a service, for people. */
  why: string;
  /** It is rather no service: a tool, a library that is only compiled, a second way to run the same. */
  unlikely?: boolean;
}

/** Looks at one folder for one kind of thing. */
export type Finder = (folder: FolderView) => Promise<Found[]>;

/** The variable with the port as a shell of this system writes it, for programs that do not look at PORT by themselves. */
export const portVariable = process.platform === 'win32' ? '%PORT%' : '$PORT';
