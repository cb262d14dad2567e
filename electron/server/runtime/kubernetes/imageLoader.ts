import type { Builder } from './imageBuilder.ts';

/** Contexts whose clusters share the images of docker. */
const SHARED_WITH_DOCKER = ['docker-desktop', 'rancher-desktop', 'orbstack', 'colima'];

/**
 * The command that gives an archive of an image to the cluster of a context, for clusters on this machine that take images
 * without a registry. Empty: the cluster has the image already. Undefined: it takes none.
 */
export function loaderOf(context: string, builder: Builder, archive: string): string[] | undefined {
  if (builder === 'docker' && SHARED_WITH_DOCKER.includes(context)) return [];
  if (context.startsWith('kind-'))
    return ['kind', 'load', 'image-archive', archive, '--name', context.slice('kind-'.length)];
  if (context === 'minikube') return ['minikube', 'image', 'load', archive];
  if (context.startsWith('k3d-')) return ['k3d', 'image', 'import', archive, '--cluster', context.slice('k3d-'.length)];
  return undefined;
}
