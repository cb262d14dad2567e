import type { ConnectRouter } from '@connectrpc/connect';

/** The services and methods that are put on a router, each taken off again when it is first asked for. */
export class LateRoutes {
  private readonly services: Route[] = [];
  private readonly methods: Route[] = [];

  /**
   * A router that keeps what is put on it. To know the name of a service all of it has to be read, so they are looked at in
   * the order of their coming; those that are asked for at the start belong first. A service comes once, its single methods
   * any number of times.
   */
  readonly router: ConnectRouter = {
    handlers: [],
    service: (service, implementation, options) => {
      this.services.push({
        name: () => service.typeName,
        addTo: (router) => router.service(service, implementation, options),
      });
      return this.router;
    },
    rpc: (method, implementation, options) => {
      this.methods.push({
        name: () => method.parent.typeName,
        addTo: (router) => router.rpc(method, implementation, options),
      });
      return this.router;
    },
  };

  /** Takes off what there is of the service of this name: undefined when there is nothing. */
  take(name: string): ((router: ConnectRouter) => void) | undefined {
    const isNamed = (route: Route): boolean => route.name() === name;
    const at = this.services.findIndex(isNamed);
    const found = [...(at < 0 ? [] : this.services.splice(at, 1)), ...this.methods.filter(isNamed)];
    if (found.length === 0) return undefined;
    return (router) => {
      for (const route of found) route.addTo(router);
    };
  }
}

interface Route {
  name: () => string;
  addTo: (router: ConnectRouter) => void;
}

/** The service of a method's path: `store.Store` of `/store.Store/Read`. Undefined where it cannot be one. */
export function serviceOfPath(path: string): string | undefined {
  const end = path.indexOf('/', 1);
  const name = end < 0 ? '' : path.slice(1, end);
  return path.startsWith('/') && name.includes('.') ? name : undefined;
}
