import { basename, resolve } from 'node:path';
import { MicroError } from '../../../shared/contract/errors.ts';
import type { ServiceManifest } from '../../../shared/contract/manifest.ts';
import { discoverProject } from '../project/discovery.ts';
import { toServiceName } from '../project/manifestParser.ts';
import { resolveService } from '../project/resolveService.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { AdHocService } from './runtime.ts';

/** The declaration of a service that is in no micro.yaml; what it runs is found in its folder when it was not said. */
export async function addedServiceSpec(added: AdHocService): Promise<ServiceSpec> {
  const folder = resolve(added.folder);
  let written: ServiceManifest = added.argv?.length ? { run: [...added.argv] } : {};
  let name = added.name;
  if (!added.argv?.length) {
    const { candidates } = await discoverProject(folder);
    const best =
      candidates.find((candidate) => candidate.selected && candidate.run) ??
      candidates.find((candidate) => candidate.run);
    if (!best) {
      throw new MicroError('manifest.missing', `nothing that can be run was found in ${folder}`, {
        next: 'Say the command: micro run -- COMMAND …',
      });
    }
    written = { run: best.run, path: best.path || '.', ...(best.build ? { build: best.build } : {}) };
    name ??= best.name;
  }
  name ??= toServiceName(basename(folder)) || toServiceName(basename(added.argv?.[0] ?? '')) || 'service';
  return resolveService(
    name,
    {
      ...written,
      ...(added.env ? { env: { ...added.env } } : {}),
      ...(added.port ? { port: added.port } : {}),
      ...(added.kind ? { kind: added.kind } : {}),
    },
    { services: {} },
    { projectName: '', folder, declaredAt: '' },
  );
}

/** The declaration of a service that only an attached process stands for. */
export function attachedServiceSpec(name: string, folder: string): ServiceSpec {
  return resolveService(
    name,
    {},
    { services: {} },
    { projectName: '', folder: resolve(folder || '.'), declaredAt: '' },
  );
}
