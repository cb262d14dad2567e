/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0] as string;
}

/** A target in absolute form: the program uses us as its proxy, so Host names a service. No page can send one to us. */
export function isForProxy(target: string): boolean {
  return /^http:\/\//i.test(target);
}
