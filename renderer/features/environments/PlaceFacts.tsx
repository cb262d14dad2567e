import type { Environment } from '../../../shared/contract/gen/environments_pb.ts';
import { Fact } from '../../ui/DefinitionList.tsx';

/** Where an environment is and who one is there; without one it is this machine, at `proxy`. */
export function PlaceFacts({
  environment,
  proxy,
}: {
  environment: Environment | undefined;
  proxy: string | undefined;
}) {
  const cluster = environment?.cluster;
  if (cluster) {
    return (
      <>
        <Fact term="Cluster">{cluster.context}</Fact>
        <Fact term="Namespace">{cluster.namespace}</Fact>
        <Fact term="Kubeconfig">{cluster.kubeconfig || 'the usual one of this user'}</Fact>
        <Fact term="Images">{cluster.imagePrefix ? `are pushed under ${cluster.imagePrefix}` : undefined}</Fact>
        <Fact term="From pods">{cluster.advertise ? `this machine is ${cluster.advertise}` : undefined}</Fact>
      </>
    );
  }
  return (
    <>
      <Fact term="Address">{environment?.url ?? proxy}</Fact>
      <Fact term="Account">
        {environment ? environment.account || 'nobody is logged in' : 'the user of this machine, or who logged in'}
      </Fact>
      <Fact term="Namespace">{environment?.namespace ?? 'micro'}</Fact>
      <Fact term="Certificate">{environment ? certificateOf(environment) : undefined}</Fact>
    </>
  );
}

function certificateOf({ insecure, fingerprint, ca }: Environment): string {
  if (insecure) return 'none: everybody on the way can read along';
  if (fingerprint) return 'this one alone, by its fingerprint';
  return ca ? 'signed by an authority of your own' : 'signed by an authority that the system trusts';
}
