import type { Dependencies } from './dependencies.ts';

/**
 * Stops services so that what needs another one ends before it; what has nothing to do with each other ends side by side.
 * With `force` nobody waits for anybody. `stop` ends one of them and is called once for each; it resolves when all of it is
 * gone, and may call `handleEnded` before, once nothing of it runs any more: others wait for no more than that.
 */
export async function stopInOrder(
  dependencies: Pick<Dependencies, 'dependentsOf'>,
  names: readonly string[],
  force: boolean,
  stop: (name: string, handleEnded: () => void) => Promise<void>,
): Promise<void> {
  const chosen = new Set(names);
  const stops = new Map<string, { ended: Promise<void>; gone: Promise<void> }>();
  const stopOne = (name: string, path: readonly string[]): { ended: Promise<void>; gone: Promise<void> } => {
    const known = stops.get(name);
    if (known) return known;
    const dependents = dependencies.dependentsOf([name]).filter((other) => chosen.has(other) && !path.includes(other));
    let handleEnded: () => void = () => {};
    const told = new Promise<void>((resolve) => {
      handleEnded = resolve;
    });
    const gone = (async () => {
      if (!force) await Promise.all(dependents.map((other) => stopOne(other, [...path, name]).ended));
      await stop(name, () => handleEnded());
    })();
    const stopped = { ended: Promise.race([told, gone]), gone };
    // Who waits hears of a failure; a service that nobody waits for fails by `gone`.
    stopped.ended.catch(() => {});
    stops.set(name, stopped);
    return stopped;
  };
  await Promise.all(names.map((name) => stopOne(name, []).gone));
}
