/**
 * Finds circles of dependencies. `edges` maps each name to the names it needs; names that are no key count as needing
 * nothing. Returns for every name that stands in a circle one such circle, written out: `x → y → z → x`.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  const cycles = new Map<string, string>();
  for (const component of components(edges)) {
    const start = component[0] as string;
    const inside = new Set(component);
    if (component.length === 1 && !(edges.get(start) ?? []).includes(start)) continue;
    for (const name of component) cycles.set(name, walk(name, inside, edges).join(' → '));
  }
  return cycles;
}

/** The shortest way from `start` back to itself through `inside`. */
function walk(start: string, inside: ReadonlySet<string>, edges: ReadonlyMap<string, readonly string[]>): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const next of edges.get(name) ?? []) {
      if (next === start) {
        const path = [start];
        for (let at: string | undefined = name; at !== undefined && at !== start; at = cameFrom.get(at))
          path.unshift(at);
        return name === start ? [start, start] : [start, ...path];
      }
      if (!inside.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return [start, start];
}

/** Strongly connected components (Tarjan), with an own stack instead of recursion, so that a long chain cannot overflow it. */
function components(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const root of edges.keys()) {
    if (index.has(root)) continue;
    const work: { name: string; next: number }[] = [{ name: root, next: 0 }];
    while (work.length > 0) {
      const frame = work[work.length - 1] as { name: string; next: number };
      const { name } = frame;
      if (frame.next === 0) {
        index.set(name, index.size);
        low.set(name, index.get(name) as number);
        stack.push(name);
        onStack.add(name);
      }
      const targets = edges.get(name) ?? [];
      const target = targets[frame.next++];
      if (target !== undefined) {
        if (!index.has(target)) work.push({ name: target, next: 0 });
        else if (onStack.has(target)) low.set(name, Math.min(low.get(name) as number, index.get(target) as number));
        continue;
      }
      work.pop();
      const parent = work.at(-1)?.name;
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) as number, low.get(name) as number));
      if (low.get(name) === index.get(name)) {
        const component: string[] = [];
        for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
          onStack.delete(member);
          component.unshift(member);
          if (member === name) break;
        }
        found.push(component);
      }
    }
  }
  return found;
}
