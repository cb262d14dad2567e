import type { ShownState } from './shownState.ts';

/** The commands to one service: a newer one overtakes the one that is under way. */
export class Commands {
  private controller = new AbortController();

  constructor(
    private readonly state: ShownState,
    private readonly handleFailure: (error: unknown) => void,
  ) {}

  /** Overtakes what is under way. The result is aborted when a newer one comes. */
  begin(): AbortSignal {
    this.controller.abort(new Error('overtaken'));
    this.controller = new AbortController();
    return this.controller.signal;
  }

  /** Runs one that writes to the cluster; its failure is told unless a newer one has overtaken it. */
  async run(command: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = this.begin();
    this.state.enter({ is: 'applying' });
    try {
      await command(signal);
    } catch (error) {
      if (!signal.aborted) this.handleFailure(error);
    }
  }

  dispose(): void {
    this.controller.abort(new Error('disposed'));
  }
}
