import type { DescService } from '@bufbuild/protobuf';
import { serviceOfPath } from './http/lateRoutes.ts';

/**
 * The paths of the methods of some services. A service is read when a path may be one of its methods and is none of the
 * services before it: reading all of the contract would be a sixth of the server's start.
 */
export class RpcPaths {
  private readonly unread: DescService[];
  private readonly methods = new Map<string, ReadonlySet<string>>();

  constructor(services: readonly DescService[]) {
    this.unread = [...services];
  }

  /** Whether `path` is that of a method, without a query. */
  has(path: string): boolean {
    const name = serviceOfPath(path);
    return name !== undefined && this.methodsOf(name)?.has(path.slice(name.length + 2)) === true;
  }

  private methodsOf(name: string): ReadonlySet<string> | undefined {
    for (;;) {
      const known = this.methods.get(name);
      if (known) return known;
      const next = this.unread.shift();
      if (!next) return undefined;
      this.methods.set(next.typeName, new Set(next.methods.map((method) => method.name)));
    }
  }
}
