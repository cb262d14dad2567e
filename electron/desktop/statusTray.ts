import { Menu, nativeImage, Tray } from 'electron';
import type { MainLog } from './mainLog.ts';
import { type ServiceCounts, type TrayActions, trayMenu, trayText } from './trayMenu.ts';

/** How often the tray asks what runs, ms: often enough to be believed, and one small call. */
const LOOK_MS = 3_000;
/** Side of the icon in points. */
const ICON_SIZE = 22;

/** What a {@link StatusTray} works with. */
export interface StatusTrayOptions {
  icon: string;
  actions: TrayActions;
  /** What runs, or undefined when no server answers. */
  counts: () => Promise<ServiceCounts | undefined>;
  log: MainLog;
}

/**
 * The icon among the system's own, if the user wants it. A desktop without a place for it shows nothing; since nothing can
 * be reached through the tray alone, that is no loss.
 */
export class StatusTray {
  private tray: Tray | undefined;
  private timer: NodeJS.Timeout | undefined;
  private shown = '';

  constructor(private readonly options: StatusTrayOptions) {}

  /** What the tray says now, or undefined when there is none. */
  get text(): string | undefined {
    return this.tray ? this.shown : undefined;
  }

  /** Shows or hides it. */
  set(wanted: boolean): void {
    if (!wanted) {
      clearTimeout(this.timer);
      this.tray?.destroy();
      this.tray = undefined;
      return;
    }
    if (this.tray) return;
    try {
      const image = nativeImage.createFromPath(this.options.icon).resize({ width: ICON_SIZE, height: ICON_SIZE });
      this.tray = new Tray(image);
      this.tray.on('click', this.options.actions.open);
      this.shown = '';
      void this.look(this.tray);
    } catch (error) {
      this.options.log.warn(`there is no tray here: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async look(tray: Tray): Promise<void> {
    const counts = await this.options.counts();
    if (this.tray !== tray) return;
    const text = trayText(counts);
    if (text !== this.shown) {
      this.shown = text;
      tray.setToolTip(`Micro Desktop: ${text}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayMenu(counts, this.options.actions)));
    }
    this.timer = setTimeout(() => void this.look(tray), LOOK_MS);
  }
}
