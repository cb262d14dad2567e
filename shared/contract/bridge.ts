/** How the page reaches the server. In a browser the cookie of the one-time link stands in for the token. */
export interface Connection {
  /** Base address of the API, e.g. `http://127.0.0.1:8081`. */
  url: string;
  token: string;
}

/** State of the server as the desktop app sees it. */
export type ServerState =
  | { status: 'starting' }
  | { status: 'ready'; connection: Connection }
  /** It ended and is being started again; `reason` says how it ended. */
  | { status: 'restarting'; reason: string; attempt: number }
  | { status: 'failed'; reason: string; logFile: string };

/** A folder opened before. */
export interface RecentProject {
  name: string;
  folder: string;
  openedAt: number;
}

/** What the desktop app wants the page to do: a menu entry, a link, a click on a notification. Navigation only. */
export type DesktopCommand =
  | { type: 'open-page'; page: string }
  | { type: 'select-service'; service: string; page?: string }
  /** `at`: the moment that it is about, ms since 1970. */
  | { type: 'show-log'; service: string; at: number }
  | { type: 'run-command'; command: string };

/** A message of the system about a service. */
export interface DesktopNotification {
  title: string;
  body: string;
  service: string;
  /** When it happened, ms since 1970; a click leads to the lines of the log until then. */
  at: number;
}

/**
 * `window.micro`: the typed bridge of the preload script, present in the desktop app only. Every call is validated again
 * on the other side.
 */
export interface DesktopBridge {
  readonly platform: 'darwin' | 'win32' | 'linux';
  readonly version: string;
  serverState(): Promise<ServerState>;
  onDidChangeServerState(listener: (state: ServerState) => void): () => void;
  onDidReceiveCommand(listener: (command: DesktopCommand) => void): () => void;
  /** Asks for a folder with the system's dialog; undefined when cancelled. */
  pickFolder(): Promise<string | undefined>;
  /** Opens a folder as a project and runs it, as one that was named on the command line. A manifest stands for its folder. */
  openFolder(folder: string): Promise<void>;
  /** Asks for a file with the system's dialog, which begins in `folder`; undefined when cancelled. */
  pickFile(folder: string): Promise<string | undefined>;
  recentProjects(): Promise<RecentProject[]>;
  addRecentProject(project: { name: string; folder: string }): Promise<void>;
  removeRecentProject(folder: string): Promise<void>;
  /** Folder of the sample project that comes with the app. */
  sampleProject(): Promise<string>;
  /** http and https only; anything else is refused. */
  openExternal(url: string): Promise<void>;
  showFolder(folder: string): Promise<void>;
  /** Opens a folder, or a file at a line, in the user's editor. Resolves with what was started, or an error text. */
  openInEditor(path: string, line?: number): Promise<{ ok: boolean; message: string }>;
  /** Copies text with the system's clipboard. */
  writeClipboard(text: string): Promise<void>;
  /**
   * Shows a message of the system, unless the window is in front and says it already. A click on it brings the window to
   * the front and leads to the lines that the service wrote until it happened.
   */
  notify(notification: DesktopNotification): Promise<void>;
  /** The text on the clipboard, for a paste that was asked for. */
  readClipboard(): Promise<string>;
  setTheme(theme: 'light' | 'dark' | 'system'): Promise<void>;
  retryServer(): Promise<void>;
  /** Whether to ask if `micro` should be a command of the terminals: not where it is one, or after it was declined. */
  isCommandOffered(): Promise<boolean>;
  /** Makes it one. Resolves with what was done, or what stands in the way. */
  installCommand(): Promise<{ ok: boolean; message: string }>;
  /** Declines it for good; the menu still has it. */
  dismissCommand(): Promise<void>;
  /** Name of the keychain of the system, e.g. "the macOS keychain"; undefined where there is none. */
  keychain(): Promise<string | undefined>;
  /** Moves the key of secrets of this machine's server. Rejects with what stands in the way; the key then is where it was. */
  moveKey(to: 'keychain' | 'file'): Promise<void>;
}
