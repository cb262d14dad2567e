import type { Engine } from '../../../shared/contract/gen/server_pb.ts';
import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { statusWord } from '../../../shared/client/serviceWords.ts';

/** One thing as both environments have it; undefined where one has it not. */
export interface ComparedRow {
  name: string;
  left: string | undefined;
  right: string | undefined;
  isSame: boolean;
}

/** Services of two environments by name: status, copies and version of each; those of several servers are taken together. */
export function compareServices(left: readonly Service[], right: readonly Service[]): ComparedRow[] {
  return compare(servicesText(left), servicesText(right));
}

function servicesText(services: readonly Service[]): Map<string, string> {
  return new Map(
    [...new Set(services.map(({ name }) => name))].map((name) => {
      const all = services.filter((service) => service.name === name);
      const running = all.filter(({ status }) => status === Status.RUNNING);
      const [shown] = running.length > 0 ? running : all;
      const ready = sum(all.map(({ instances }) => instances.length));
      const wanted = sum(all.map(({ replicas, instances }) => Math.max(replicas, instances.length)));
      const versions = [...new Set(all.map(({ version }) => version))].filter((version) => version !== '').join(', ');
      const words = [statusWord((shown as Service).status), `${ready} of ${wanted}`, versions];
      return [name, words.filter((part) => part !== '').join(' · ')];
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Engines of two environments by what they keep. */
export function compareEngines(left: readonly Engine[], right: readonly Engine[]): ComparedRow[] {
  const texts = (engines: readonly Engine[]): Map<string, string> =>
    new Map(engines.map((engine) => [engine.kind, engineTitle(engine)]));
  return compare(texts(left), texts(right));
}

/** An engine and its version: `postgres 15.18`. */
export function engineTitle({ engine, version }: Pick<Engine, 'engine' | 'version'>): string {
  return version === '' ? engine : `${engine} ${version}`;
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
