import type { Listener, ProcessInfo, ProcessTable } from '../../../electron/server/host/processTable.ts';
import type { Signaller } from '../../../electron/server/host/signaller.ts';

/** A row of the fake table; what is not given is filled in. */
export type FakeRow = Partial<ProcessInfo> & { pid: number; env?: Record<string, string> };

/** A process table that a test writes. `passes` counts the looks at it. */
export class FakeProcessTable implements ProcessTable {
  passes = 0;
  sockets: Listener[] = [];
  private rows = new Map<number, ProcessInfo & { env: Record<string, string> }>();
  private killHandlers = new Map<number, (signal: NodeJS.Signals) => void>();
  private deaf = new Map<number, ReadonlySet<string>>();

  add(row: FakeRow): void {
    this.rows.set(row.pid, {
      ppid: 1,
      pgid: row.pid,
      startTime: `t${row.pid}`,
      command: 'fake',
      zombie: false,
      cpuMs: 0,
      memoryBytes: 0,
      threads: 1,
      env: {},
      ...row,
    });
  }

  /** Set by tests of systems where that is known. */
  treeNow?: (pid: number) => ProcessInfo[] | undefined;

  row(pid: number): ProcessInfo | undefined {
    return this.rows.get(pid);
  }

  remove(pid: number): void {
    this.rows.delete(pid);
  }

  /** Called with the signal that ends `pid`, before it leaves the table. */
  whenKilled(pid: number, handler: (signal: NodeJS.Signals) => void): void {
    this.killHandlers.set(pid, handler);
  }

  /** The process does not mind these signals. */
  ignore(pid: number, ...signals: NodeJS.Signals[]): void {
    this.deaf.set(pid, new Set(signals));
  }

  /** Delivers a signal: the process ends unless it ignores it (nobody ignores SIGKILL). */
  deliver(pid: number, signal: NodeJS.Signals): void {
    if (!this.rows.has(pid)) return;
    if (signal !== 'SIGKILL' && this.deaf.get(pid)?.has(signal)) return;
    this.rows.delete(pid);
    this.killHandlers.get(pid)?.(signal);
  }

  async list(): Promise<ProcessInfo[]> {
    this.passes++;
    return [...this.rows.values()];
  }

  async get(pid: number): Promise<ProcessInfo | undefined> {
    const row = this.rows.get(pid);
    return row?.zombie ? undefined : row;
  }

  async withEnvironment(name: string, value: string): Promise<number[]> {
    return (await this.byEnvironment(name)).get(value) ?? [];
  }

  async byEnvironment(name: string): Promise<Map<string, number[]>> {
    const found = new Map<string, number[]>();
    for (const row of this.rows.values()) {
      const value = row.env[name];
      if (value !== undefined) found.set(value, [...(found.get(value) ?? []), row.pid]);
    }
    return found;
  }

  async listeners(pids?: ReadonlySet<number>): Promise<Listener[]> {
    return this.sockets.filter((socket) => !pids || pids.has(socket.pid));
  }
}

/** Signals rows of a {@link FakeProcessTable} and remembers what was sent. */
export class FakeSignaller implements Signaller {
  readonly sent: { pids: number[]; signal: NodeJS.Signals }[] = [];

  constructor(private readonly table: FakeProcessTable) {}

  async signal(members: readonly ProcessInfo[], _leader: number, signal: NodeJS.Signals): Promise<void> {
    this.sent.push({ pids: members.map((info) => info.pid), signal });
    for (const { pid } of members) this.table.deliver(pid, signal);
  }
}
