import type { Json, Leaf } from './configTree.ts';
import type { SecretBox } from './secretBox.ts';

/** Makes the values of a document: sealed when there is a box. */
export function leafMaker(namespace: string, box: SecretBox | undefined): (plain: Json, at: readonly string[]) => Leaf {
  return (plain, at) =>
    box
      ? { secret: true, value: box.seal(JSON.stringify(plain), placeOf(namespace, at)) }
      : { secret: false, value: plain };
}

/** Where a secret lives, which it is bound to. */
function placeOf(namespace: string, path: readonly string[]): string {
  return `${namespace}:${path.join('.')}`;
}

/** The plain value of a secret. */
export function openLeaf(box: SecretBox, namespace: string, { value }: Leaf, path: readonly string[]): Json {
  return JSON.parse(box.open(String(value), placeOf(namespace, path))) as Json;
}
