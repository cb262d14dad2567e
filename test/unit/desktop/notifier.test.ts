import { describe, expect, test } from 'vitest';
import { Notifier, type SystemNotification } from '../../../electron/desktop/notifier.ts';

class FakeNotification implements SystemNotification {
  state: 'made' | 'shown' | 'closed' = 'made';
  readonly listeners = new Map<string, () => void>();
  show = (): void => void (this.state = 'shown');
  close = (): void => {
    this.state = 'closed';
    this.listeners.get('close')?.();
  };
  on(event: string, listener: () => void): void {
    this.listeners.set(event, listener);
  }
}

function setUp() {
  const made: FakeNotification[] = [];
  const clicks: unknown[] = [];
  const place = { isInFront: false };
  const notifier = new Notifier({
    make: () => {
      const notification = new FakeNotification();
      made.push(notification);
      return notification;
    },
    isInFront: () => place.isInFront,
    handleClick: (service, at) => clicks.push([service, at]),
  });
  return { notifier, made, clicks, place };
}
const about = (service: string) => ({
  title: `The build of ${service} failed`,
  body: 'expected ;',
  service,
  at: 1_700_000_000_000,
});

describe('messages of the system', () => {
  test('are shown only while the window is not in front', () => {
    const { notifier, made, place } = setUp();
    place.isInFront = true;
    expect(notifier.show(about('orders'))).toBe(false);
    expect(made).toHaveLength(0);
    place.isInFront = false;
    expect(notifier.show(about('orders'))).toBe(true);
    expect(made[0]?.state).toBe('shown');
  });

  test('a newer one about a service takes the place of the older one, and others stay', () => {
    const { notifier, made } = setUp();
    notifier.show(about('orders'));
    notifier.show(about('cart'));
    notifier.show(about('orders'));
    expect(made.map((notification) => notification.state)).toEqual(['closed', 'shown', 'shown']);
  });

  test('a click leads to the service and the moment', () => {
    const { notifier, made, clicks } = setUp();
    notifier.show(about('orders'));
    made[0]?.listeners.get('click')?.();
    expect(clicks).toEqual([['orders', 1_700_000_000_000]]);
  });

  test('are left out where the system has none', () => {
    const notifier = new Notifier({ make: () => undefined, isInFront: () => false, handleClick: () => {} });
    expect(notifier.show(about('orders'))).toBe(false);
  });
});
