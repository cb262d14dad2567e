/**
 * Paths to look at, a few at a time. A path that is added while it waits or is looked at is looked at once more
 * afterwards, however often it was added.
 */
export class LookQueue {
  private readonly under = new Map<string, { again: boolean }>();
  private readonly waiting: string[] = [];
  private active = 0;

  constructor(
    private readonly limit: number,
    private readonly lookAt: (path: string) => Promise<void>,
  ) {}

  add(path: string): void {
    const known = this.under.get(path);
    if (known) {
      known.again = true;
      return;
    }
    this.under.set(path, { again: false });
    this.waiting.push(path);
    if (this.active < this.limit) void this.work();
  }

  private async work(): Promise<void> {
    this.active++;
    for (let path = this.waiting.shift(); path !== undefined; path = this.waiting.shift()) {
      // What a look throws is of the file system at that moment; the next event of the path looks again.
      await this.lookAt(path).catch(() => {});
      const again = this.under.get(path)?.again;
      this.under.delete(path);
      if (again) this.add(path);
    }
    this.active--;
  }
}
