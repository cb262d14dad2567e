/** One process as the system's process table shows it. */
export interface ProcessInfo {
  pid: number;
  ppid: number;
  /** Process group. On Windows: 0. */
  pgid: number;
  /** Opaque; with the pid it names the process for good, also after pids were used again. */
  startTime: string;
  /** The command line, arguments joined by spaces. */
  command: string;
  /** A zombie has ended and only waits to be reaped; it counts as gone. */
  zombie: boolean;
  /** CPU time used so far, ms. */
  cpuMs: number;
  /** Resident memory, bytes. */
  memoryBytes: number;
  threads: number;
}

/** A listening TCP socket and the process that holds it (pid 0 when the system does not say). */
export interface Listener {
  address: string;
  port: number;
  pid: number;
  command: string;
}

/** Reads the process table of the machine; one pass per call. */
export interface ProcessTable {
  /** Every process of the machine. */
  list(): Promise<ProcessInfo[]>;
  /** One process, or undefined when it is gone or a zombie. */
  get(pid: number): Promise<ProcessInfo | undefined>;
  /**
   * The pids of the processes that carry `name=value` in the environment they were started with. This finds what left
   * its group and its session (double fork, setsid). Empty where the system does not tell (Windows).
   */
  withEnvironment(name: string, value: string): Promise<number[]>;
  /** The pids by the value that `name` has in their environment; one pass for all values. Empty like the above. */
  byEnvironment(name: string): Promise<Map<string, number[]>>;
  /**
   * A process with everything that descends from it, found at once and without a pass over all processes; of the commands
   * only the names. Undefined when they are many, or the system has no list of children.
   */
  treeNow?(pid: number): ProcessInfo[] | undefined;
  /** Whether a process listens on a TCP port, where that is found out faster than by `listeners`. */
  listensOn?(pid: number, port: number): Promise<boolean>;
  /** TCP listeners; of the given pids only, when given. */
  listeners(pids?: ReadonlySet<number>): Promise<Listener[]>;
}
