import type { Clock } from '../../../electron/server/base/clock.ts';
import { SystemProcessTrees } from '../../../electron/server/host/processTrees.ts';
import { FakeProcessTable, FakeSignaller } from './fakeProcessTable.ts';

/** The real tree logic over a table and signals that are not real. */
export class FakeProcessTrees extends SystemProcessTrees {
  readonly processes: FakeProcessTable;
  readonly signals: FakeSignaller;

  constructor(clock: Clock, table: FakeProcessTable = new FakeProcessTable()) {
    const signaller = new FakeSignaller(table);
    super({ table, clock, signaller });
    this.processes = table;
    this.signals = signaller;
  }
}
