import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import { statusWord } from '../../../shared/client/serviceWords.ts';

/** One thing as both environments have it; undefined where one has it not. */
export interface ComparedRow {
  name: string;
  left: string | undefined;
  right: string | undefined;
  isSame: boolean;
}

/** Services of two environments by name: status, copies and version of each. */
export function compareServices(left: readonly Service[], right: readonly Service[]): ComparedRow[] {
  const text = (service: Service): string => {
    const copies = `${service.instances.length} of ${Math.max(service.replicas, service.instances.length)}`;
    return [statusWord(service.status), copies, service.version].filter((part) => part !== '').join(' · ');
  };
  return compare(new Map(left.map((one) => [one.name, text(one)])), new Map(right.map((one) => [one.name, text(one)])));
}

/** Keys of two documents of the config by path; values are compared and shown, secrets only named. */
export function compareConfig(left: unknown, right: unknown, secrets: readonly string[]): ComparedRow[] {
  const shown = (leaves: ReadonlyMap<string, string>): Map<string, string> =>
    new Map([...leaves].map(([path, value]) => [path, secrets.includes(path) ? 'a secret' : value]));
  return compare(shown(leavesOf(left)), shown(leavesOf(right)));
}

/** Values of a document by dotted path, as JSON. */
export function leavesOf(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return path === '' ? new Map() : new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [...leavesOf(child, path === '' ? key : `${path}.${key}`)]),
  );
}

function compare(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): ComparedRow[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.map((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    return { name, left: one, right: other, isSame: one === other };
  });
}
