import { type ReloadedService, isRolling, reloadService } from './reloadService.ts';

/** Brings services up to their files copy by copy; one renewal of a service at a time, of which the newest counts. */
export class Renewal {
  private controller: AbortController | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private newest: Promise<string | undefined> = Promise.resolve(undefined);

  /** Whether a service is one whose new copy is ready before the old one ends, and serves. */
  static fits({ spec, copies }: Pick<ReloadedService, 'spec' | 'copies'>): boolean {
    return isRolling(spec) && copies.serve;
  }

  /**
   * Ends a renewal that is under way and does another one. `service` is asked for when its turn has come. Resolves, when the
   * newest one has ended, with undefined, or with why old copies go on.
   */
  run(service: () => ReloadedService, cause: string): Promise<string | undefined> {
    this.controller?.abort(new Error('a newer version came'));
    const controller = new AbortController();
    this.controller = controller;
    const before = this.turn;
    const turn = before.then(() => reloadService(service(), { cause, onSwap: () => {}, signal: controller.signal }));
    this.turn = turn.catch(() => {});
    this.newest = turn.then((result) => {
      if (!('problem' in result)) return undefined;
      const [line = ''] = result.problem.split('\n');
      return `${result.outcome === 'build-failed' ? 'build failed: ' : ''}${line}; old version serving`;
    });
    this.newest.catch(() => {});
    return this.settled();
  }

  private async settled(): Promise<string | undefined> {
    for (;;) {
      const { newest } = this;
      const outcome = await newest.catch((error: unknown) => {
        if (this.newest === newest) throw error;
        return undefined;
      });
      if (this.newest === newest) return outcome;
    }
  }
}
