import type { ProcessTable } from './processTable.ts';
import { LinuxProcessTable } from './processTableLinux.ts';
import { MacProcessTable } from './processTableMac.ts';
import { WindowsProcessTable } from './processTableWindows.ts';

/** The process table of the system this runs on. */
export function createProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable {
  if (platform === 'win32') return new WindowsProcessTable();
  if (platform === 'darwin') return new MacProcessTable();
  return new LinuxProcessTable();
}
