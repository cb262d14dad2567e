import type { DesktopBridge } from '../../shared/contract/bridge.ts';
import { chosenEnvironment, isLocal } from './environment.ts';

declare global {
  interface Window {
    /** Put there by the preload script; absent in a browser. */
    readonly micro?: DesktopBridge;
  }
}

/** The desktop app around the page; undefined in a browser. */
export const bridge: DesktopBridge | undefined = typeof window === 'undefined' ? undefined : window.micro;

/** Whether the command key stands where others have Ctrl. */
export const isMac: boolean = bridge
  ? bridge.platform === 'darwin'
  : typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** Puts text on the clipboard; rejects when the browser forbids it. */
export async function writeClipboard(text: string): Promise<void> {
  if (bridge) await bridge.writeClipboard(text);
  else await navigator.clipboard.writeText(text);
}

/** The text on the clipboard; rejects when the browser forbids it. */
export async function readClipboard(): Promise<string> {
  return bridge ? bridge.readClipboard() : navigator.clipboard.readText();
}

/** Opens an http or https address in the user's browser; anything else is refused. */
export async function openExternal(url: string): Promise<void> {
  const { protocol } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`only http and https links open, not ${protocol}`);
  if (bridge) await bridge.openExternal(url);
  else window.open(url, '_blank', 'noopener,noreferrer');
}

/** Shows a folder in the system's file manager. In a browser there is no way to; ask {@link bridge} first. */
export async function showFolder(folder: string): Promise<void> {
  checkHere();
  if (!bridge) throw new Error('a browser cannot open folders; the desktop app can');
  await bridge.showFolder(folder);
}

/** Opens a file (at a line counted from 1) or folder in the user's editor; rejects with what went wrong. */
export async function openInEditor(path: string, line?: number): Promise<string> {
  checkHere();
  if (!bridge) throw new Error('a browser cannot start an editor; the desktop app can');
  const result = await bridge.openInEditor(path, line);
  if (!result.ok) throw new Error(result.message);
  return result.message;
}

/** Folders of another environment are on its machine. */
function checkHere(): void {
  if (!isLocal) throw new Error(`the folder is on the machine of ${chosenEnvironment.name}`);
}
