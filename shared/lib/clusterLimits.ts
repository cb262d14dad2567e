/** Something that services in Kubernetes cannot do as on this machine. */
export interface ClusterLimit {
  /** What it is, as a person would look for it. */
  what: string;
  /** Why, or what to do in its place. */
  instead: string;
}

/** All of it, in one place: shown where such an environment is added and described, and held against the documents by a test. */
export const clusterLimits: readonly ClusterLimit[] = [
  { what: 'hot reload', instead: 'what runs comes from images: micro update builds and rolls out what was changed' },
  { what: 'a debugger', instead: 'debug the service on this machine' },
  { what: 'attach and join', instead: 'a process of this machine cannot stand for a service there' },
  { what: 'services without an image', instead: 'docker, podman or buildah has to be here to build one' },
  {
    what: 'images in other clusters',
    instead: 'all but kind, minikube, k3d and Docker Desktop need a registry to push to',
  },
  { what: 'listening on 127.0.0.1', instead: 'services listen on what MICRO_LISTEN says, or are not reached' },
  { what: 'store, config and events for services', instead: 'only with an address at which pods reach the server' },
  { what: 'readiness by a line of the log', instead: 'use tcp, http or exec' },
];
