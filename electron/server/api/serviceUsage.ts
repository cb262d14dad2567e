/** Usage of one service's process trees over the last period. */
export interface ServiceUsage {
  service: string;
  /** Percent of one core. */
  cpuPercent: number;
  memoryBytes: number;
  processes: number;
  threads: number;
  ports: number[];
}

/** Measures all live services in one pass over the process table. */
export type MeasureUsage = () => Promise<ServiceUsage[]>;
