import type { Dependencies } from './dependencies.ts';
import type { ServiceUnit } from './serviceUnit.ts';

/** What would be started besides `names`, each with the service that needs it. */
export function startPlan(
  dependencies: Pick<Dependencies, 'needsOf'>,
  units: ReadonlyMap<string, ServiceUnit>,
  names: readonly string[],
): { service: string; neededBy: string }[] {
  const needs = dependencies.needsOf(names);
  const closer = new Set([...names, ...needs]);
  const neededBy = (service: string): string => {
    for (const name of closer) {
      if (units.get(name)?.spec.dependsOn.some((dependency) => dependency.service === service)) return name;
    }
    return '';
  };
  return needs
    .filter((name) => {
      const unit = units.get(name);
      return unit?.isResting && unit.condition('completed').state !== 'met';
    })
    .map((service) => ({ service, neededBy: neededBy(service) }));
}
