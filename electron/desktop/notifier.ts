import type { DesktopNotification } from '../../shared/contract/bridge.ts';

/** A message of the system, as Electron makes it. */
export interface SystemNotification {
  show(): void;
  close(): void;
  on(event: 'click' | 'close', listener: () => void): unknown;
}

/** What a {@link Notifier} works with. */
export interface NotifierOptions {
  /** Makes a message without showing it; undefined where the system has none. */
  make(content: { title: string; body: string }): SystemNotification | undefined;
  /** Whether the window is in front, where it says the same itself. */
  isInFront(): boolean;
  /** The user clicked on the message about a service; `at`: when it happened, ms since 1970. */
  handleClick(service: string, at: number): void;
}

/** Messages of the system about services: at most one for each, since a newer one makes the older one wrong. */
export class Notifier {
  /** Also keeps them from being collected, which would take their clicks away. */
  private readonly shown = new Map<string, SystemNotification>();

  constructor(private readonly options: NotifierOptions) {}

  /** Shows a message, unless the window is in front. Tells whether it did. */
  show({ title, body, service, at }: DesktopNotification): boolean {
    if (this.options.isInFront()) return false;
    const notification = this.options.make({ title, body });
    if (!notification) return false;
    this.shown.get(service)?.close();
    this.shown.set(service, notification);
    const forget = (): void => {
      if (this.shown.get(service) === notification) this.shown.delete(service);
    };
    notification.on('click', () => {
      forget();
      this.options.handleClick(service, at);
    });
    notification.on('close', forget);
    notification.show();
    return true;
  }
}
