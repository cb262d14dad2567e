/**
 * Shares the result of one pass over something costly among callers. A caller that arrives while a pass is under way
 * gets the **next** pass, not this one: what it wants to see may have happened after this one looked there.
 * However many call, at most one pass runs and one waits.
 */
export class SharedPass<T> {
  private running: Promise<unknown> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly pass: () => Promise<T>) {}

  run(): Promise<T> {
    if (this.next) return this.next;
    const after = this.running;
    const next = (async () => {
      // Even an idle start waits one turn, so that callers of the same turn share the pass.
      await (after ?? Promise.resolve());
      this.next = undefined;
      const running = this.pass();
      this.running = running.then(
        () => {},
        () => {},
      );
      return running;
    })();
    this.next = next;
    return next;
  }
}
