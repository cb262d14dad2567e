import { resolve } from 'node:path';
import { MicroError, toMicroError } from '../../../shared/contract/errors.ts';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import { serviceNamePattern } from '../../../shared/contract/manifest.ts';
import { errorText } from '../base/logger.ts';
import { addedServiceSpec } from './addedService.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { AdHocService } from './runtime.ts';
import type { Units } from './units.ts';

/** A service that was added, under the name it got. */
export type SavedService = AdHocService & { name: string };

/** The services that are in no micro.yaml. */
export class AddedServices {
  private readonly byName = new Map<string, SavedService>();

  /** `save` is called when the list has changed. */
  constructor(
    private readonly units: Units,
    private readonly notify: InstanceHost['notify'],
    private readonly save: () => void,
  ) {}

  /** What is added again at the next start. */
  saved(): SavedService[] {
    return [...this.byName.values()];
  }

  /** Adds one, in the place of an added one of its name that does not run. Rejects with `api.invalid` or `project.name-taken`. */
  async add(service: AdHocService): Promise<Service> {
    const { units } = this;
    const spec = await addedServiceSpec(service);
    if (!serviceNamePattern.test(spec.name)) {
      throw new MicroError('api.invalid', `"${spec.name}" cannot be the name of a service`, {
        next: 'Use lower case letters, digits and -, at most 63.',
      });
    }
    const before = units.has(spec.name) ? units.get(spec.name) : undefined;
    if (before && before.spec.project === '' && before.isResting) units.remove(spec.name);
    units.checkNameFree(spec);
    this.byName.set(spec.name, { ...service, name: spec.name, folder: resolve(service.folder) });
    const unit = units.add(spec);
    this.save();
    return unit.message();
  }

  /** Adds one of the last time; what cannot be added is said. */
  async restore(saved: SavedService): Promise<void> {
    try {
      await this.add(saved);
    } catch (error) {
      const text = `${saved.name} could not be added again: ${errorText(error)}`;
      this.notify('error', saved.name, text, toMicroError(error).code);
    }
  }

  /** Stops one and takes it out. Rejects with `api.invalid` when it belongs to a project. */
  async remove(name: string): Promise<void> {
    const unit = this.units.get(name);
    if (unit.spec.project !== '') {
      throw new MicroError('api.invalid', `${name} belongs to the project ${unit.spec.project}`, {
        next: 'Take it out of micro.yaml, or close the project.',
      });
    }
    await unit.stop({ why: 'removed by you' });
    this.units.remove(name);
    this.byName.delete(name);
    this.save();
  }
}
