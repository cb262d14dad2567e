import { Emitter } from '../../../electron/server/base/event.ts';

/** Values by path. Whether they are secrets is up to who asks. */
export class FakeConfig {
  private readonly values = new Map<string, string>();
  private readonly changes = new Emitter<void>();
  readonly onDidChange = this.changes.event;

  readonly lookup = (path: string): Promise<string | undefined> => Promise.resolve(this.values.get(path));

  set(path: string, value: string): void {
    this.values.set(path, value);
    this.changes.fire();
  }
}
