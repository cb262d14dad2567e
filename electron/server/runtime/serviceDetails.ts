import { create } from '@bufbuild/protobuf';
import { type GraphResponse, GraphResponseSchema } from '../../../shared/contract/gen/graph_pb.ts';
import { type EnvironmentResponse, type Run, RunSchema } from '../../../shared/contract/gen/service_details_pb.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import { describeEnvironment, plainEnvironment, type ResolvedEnvironment, resolveEnvironment } from './environment.ts';
import type { ChangeCollector } from './changeCollector.ts';
import type { LocalRuntimeOptions } from './options.ts';
import type { ServiceUnit } from './serviceUnit.ts';
import type { Units } from './units.ts';

/** Answers what is asked of one service beside its state: its environment, its runs; and of all of them: their graph. */
export class ServiceDetails {
  private declared: { graph: GraphResponse; revision: number } | undefined;

  constructor(
    private readonly options: LocalRuntimeOptions,
    private readonly byName: ReadonlyMap<string, ServiceUnit>,
    private readonly units: Pick<Units, 'get'>,
    private readonly changes: Pick<ChangeCollector, 'revision'>,
  ) {}

  /** The environment that an instance of a service gets. Rejects with `env-file.*` or `config.*`. */
  async resolve(spec: ServiceSpec, port: number | undefined, instanceId: string): Promise<ResolvedEnvironment> {
    const { gateway, proxy, otlp, sdk } = this.options.serverAddresses();
    const token = this.options.serviceToken(spec.name);
    const own = { port, instanceId, proxy, gateway, token, otlp, sdk };
    return resolveEnvironment(spec, await this.options.systemEnvironment(), own, this.options.config);
  }

  /** For people; secrets masked unless `reveal`. */
  async environment(name: string, reveal: boolean): Promise<EnvironmentResponse> {
    return describeEnvironment(await this.environmentNow(this.units.get(name)), reveal);
  }

  /** Where a shell of a service begins. */
  async place(name: string): Promise<{ folder: string; env: Record<string, string> }> {
    const unit = this.units.get(name);
    return { folder: unit.spec.folder, env: plainEnvironment(await this.environmentNow(unit)) };
  }

  /** The environment of the running copy, or the one that the next would get, as far as it is known before. */
  private environmentNow(unit: ServiceUnit): Promise<ResolvedEnvironment> {
    const instance = unit.message().instances.at(-1);
    const port = Number(instance?.address.split(':').at(-1)) || undefined;
    const { spec } = unit;
    const offered = port ?? (typeof spec.port === 'number' ? spec.port : undefined);
    return this.resolve(spec, offered, instance?.id ?? '(given at the start)');
  }

  /** The newest runs of a service, the newest first. */
  async runs(name: string, limit: number): Promise<Run[]> {
    this.units.get(name);
    const runs = await this.options.logs.runs(name, limit);
    return runs.map((run) =>
      create(RunSchema, {
        run: run.run,
        instance: run.instance,
        pid: run.pid ?? 0,
        startedAt: run.startedAt,
        readyAt: run.readyAt ?? 0,
        endedAt: run.endedAt ?? 0,
        outcome: run.outcome ?? '',
        failed: run.failed ?? false,
        cause: run.cause,
      }),
    );
  }

  /**
   * Who is declared to need whom. The same object as long as nothing has changed: whoever looks on asks each second, and for
   * hundreds of services to tell their state is work.
   */
  graph(): GraphResponse {
    const { revision } = this.changes;
    if (this.declared?.revision !== revision) this.declared = { graph: this.readGraph(), revision };
    return this.declared.graph;
  }

  private readGraph(): GraphResponse {
    const units = [...this.byName.values()];
    return create(GraphResponseSchema, {
      nodes: units.map((unit) => {
        const { name, kind, status } = unit.message();
        return { name, kind, status };
      }),
      edges: units.flatMap(({ spec }) =>
        spec.dependsOn.map(({ service }) => ({ from: spec.name, to: service, kind: 'call', declared: true })),
      ),
    });
  }
}
