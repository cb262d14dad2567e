import { MicroError } from '../../../shared/contract/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Store, StoreChange, TableStats } from './store.ts';
import type { StoreClock } from './storeClock.ts';
import { databaseNames, tableNames } from './tableSizes.ts';

/** What is the same for every {@link Store}, whatever keeps its records: its clock, who listens, the names of tables, its end. */
export abstract class BaseStore
  implements Pick<Store, 'onDidChange' | 'now' | 'databases' | 'tables' | 'stats' | 'close'>
{
  protected readonly changes = new Emitter<StoreChange>();
  readonly onDidChange = this.changes.event;
  private closed: Promise<void> | undefined;

  protected constructor(protected readonly time: StoreClock) {}

  now(): number {
    return this.time.now();
  }

  async databases(): Promise<string[]> {
    return databaseNames(await this.stats());
  }

  async tables(database: string): Promise<string[]> {
    return tableNames(await this.stats(database));
  }

  abstract stats(database?: string): Promise<TableStats[]>;

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  /** Lets go of what it has open; called once. */
  protected abstract end(): Promise<void>;

  protected checkOpen(): void {
    if (this.closed) throw new MicroError('server.stopping', 'the store is closed');
  }
}
