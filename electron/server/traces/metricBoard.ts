import type { KeyValue, ReportedMetric, ResourceMetrics } from '../../../shared/contract/gen/otlp_pb.ts';
import { attributesOf, millis, reporterOf } from './otlpValues.ts';

/** Series (a metric with one set of attributes) that are kept of each service; programs that put ids into attributes make thousands. */
const MAX_SERIES = 2000;

/** Services that are kept. */
const MAX_SERVICES = 500;

/** The last value of a metric with one set of attributes. */
export interface MetricSeries {
  attributes: Record<string, string>;
  /** ms since 1970. */
  at: number;
  /** Of a histogram or summary the mean. */
  value: number;
  count: number;
  sum: number;
  p50?: number;
  p95?: number;
}

/** A metric of a service with all its series. */
export interface KeptMetric {
  service: string;
  name: string;
  description: string;
  unit: string;
  kind: 'gauge' | 'sum' | 'histogram' | 'summary';
  points: MetricSeries[];
}

interface Entry {
  metric: Omit<KeptMetric, 'points'>;
  series: MetricSeries;
}

/** The last metrics that services reported. In memory: a metric of an earlier life says nothing about now. */
export class MetricBoard {
  private readonly services = new Map<string, Map<string, Entry>>();

  /** Takes a report; returns how many points had no place. */
  add(resources: readonly ResourceMetrics[], sender?: string): number {
    let rejected = 0;
    for (const { resource, scopeMetrics } of resources) {
      const { service } = reporterOf(resource, sender);
      const entries = this.entriesOf(service);
      for (const { metrics } of scopeMetrics) {
        for (const reported of metrics) {
          const { kind, series } = seriesOf(reported);
          const { name, description, unit } = reported;
          for (const one of series) {
            const key = `${name}\n${JSON.stringify(one.attributes)}`;
            if (!entries.has(key) && entries.size >= MAX_SERIES) rejected++;
            else entries.set(key, { metric: { service, name, description, unit, kind }, series: one });
          }
        }
      }
    }
    return rejected;
  }

  /** The metrics of one service, or of all, by service and name. */
  metrics(service: string): KeptMetric[] {
    const found = new Map<string, KeptMetric>();
    for (const [name, entries] of this.services) {
      if (service && name !== service) continue;
      for (const { metric, series } of entries.values()) {
        const key = `${metric.service}\n${metric.name}`;
        const known = found.get(key);
        if (known) known.points.push(series);
        else found.set(key, { ...metric, points: [series] });
      }
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, metric]) => metric);
  }

  private entriesOf(service: string): Map<string, Entry> {
    const known = this.services.get(service);
    if (known) return known;
    if (this.services.size >= MAX_SERVICES) this.services.delete(this.services.keys().next().value as string);
    const made = new Map<string, Entry>();
    this.services.set(service, made);
    return made;
  }
}

interface Point {
  timeUnixNano: bigint;
  attributes: readonly KeyValue[];
}

function seriesOf(metric: ReportedMetric): { kind: KeptMetric['kind']; series: MetricSeries[] } {
  const base = ({ timeUnixNano, attributes }: Point): Pick<MetricSeries, 'attributes' | 'at'> => ({
    attributes: attributesOf(attributes),
    at: millis(timeUnixNano),
  });
  const counted = (point: Point & { count: bigint; sum?: number | undefined }): MetricSeries => {
    const count = Number(point.count);
    const sum = point.sum ?? 0;
    return { ...base(point), count, sum, value: count > 0 ? sum / count : 0 };
  };
  if (metric.histogram) {
    const series = metric.histogram.dataPoints.map((point) => {
      const quantile = (share: number): number => quantileOf(point.bucketCounts, point.explicitBounds, share);
      return { ...counted(point), ...(point.count > 0n ? { p50: quantile(0.5), p95: quantile(0.95) } : {}) };
    });
    return { kind: 'histogram', series };
  }
  if (metric.exponentialHistogram) {
    return { kind: 'histogram', series: metric.exponentialHistogram.dataPoints.map(counted) };
  }
  if (metric.summary) return { kind: 'summary', series: metric.summary.dataPoints.map(counted) };
  const numbers = metric.gauge ?? metric.sum;
  return {
    kind: metric.gauge ? 'gauge' : 'sum',
    series: (numbers?.dataPoints ?? []).map((point) => ({
      ...base(point),
      value: Number(point.value.value ?? 0),
      count: 0,
      sum: 0,
    })),
  };
}

/** The value below which a share of a histogram's counts lies, as straight as its buckets allow. */
function quantileOf(counts: readonly bigint[], bounds: readonly number[], share: number): number {
  const total = counts.reduce((sum, count) => sum + Number(count), 0);
  let passed = 0;
  for (const [index, bucket] of counts.entries()) {
    const count = Number(bucket);
    if (count > 0 && passed + count >= share * total) {
      const low = index === 0 ? Math.min(0, bounds[0] ?? 0) : (bounds[index - 1] as number);
      // The last bucket has no upper bound; its lower one is all that is known.
      const high = bounds[index] ?? low;
      return low + ((share * total - passed) / count) * (high - low);
    }
    passed += count;
  }
  return 0;
}
