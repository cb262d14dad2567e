import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE, NODE_ADDRESS } from './pki.mjs';

const SERVICE_ADDRESSES = '10.96.0.0/16';

/** The command lines of the parts of a cluster, by name; `bin` has the programs, `folder` and `pki` what they read. */
export function stores({ bin, folder, pki }) {
  const etcd = 'http://127.0.0.1:2379';
  const peers = 'http://127.0.0.1:2380';
  const file = (name) => join(pki, name);
  return {
    etcd: [
      'etcd',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
      // It is thrown away: nothing has to survive a power cut.
      '--unsafe-no-fsync',
    ],
    apiserver: [
      join(bin, 'kube-apiserver'),
      `--etcd-servers=${etcd}`,
      '--bind-address=0.0.0.0',
      '--secure-port=6443',
      `--advertise-address=${NODE_ADDRESS}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--service-account-key-file=${file('accounts.pub')}`,
      `--service-account-signing-key-file=${file('accounts.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--api-audiences=https://kubernetes.default.svc',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      `--kubelet-client-certificate=${file('apikubelet.crt')}`,
      `--kubelet-client-key=${file('apikubelet.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
    ],
  };
}

/** Those that work on what is in the API server. */
export function controllers({ bin, pki }) {
  const file = (name) => join(pki, name);
  return {
    controllers: [
      join(bin, 'kube-controller-manager'),
      `--kubeconfig=${file('controllers.kubeconfig')}`,
      `--service-account-private-key-file=${file('accounts.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      '--use-service-account-credentials',
      // With the controllers of node addresses and volumes the first service account comes 4 s later.
      '--allocate-node-cidrs=false',
      '--controllers=*,-nodeipam,-ttl,-persistentvolume-expander,-attachdetach',
      `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--port=0',
    ],
    scheduler: [
      join(bin, 'kube-scheduler'),
      `--kubeconfig=${file('scheduler.kubeconfig')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      '--port=0',
    ],
  };
}

/** Those of the node. */
export function nodeParts({ bin, folder, pki }) {
  const nameServer = fileURLToPath(new URL('nameServer.mjs', import.meta.url));
  return {
    names: [process.execPath, nameServer, NODE_ADDRESS, pki],
    // Unset, the kubelet asks a cloud for several seconds where it is.
    kubelet: [
      'env',
      'AWS_EC2_METADATA_DISABLED=true',
      join(bin, 'kubelet'),
      `--config=${join(folder, 'kubelet.json')}`,
      `--kubeconfig=${join(pki, 'kubelet.kubeconfig')}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${NODE_ADDRESS}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      '--container-runtime=remote',
      `--container-runtime-endpoint=unix://${join(folder, 'containerd.sock')}`,
      `--cert-dir=${join(folder, 'kubelet-pki')}`,
    ],
    proxy: [
      join(bin, 'kube-proxy'),
      `--kubeconfig=${join(pki, 'proxy.kubeconfig')}`,
      `--hostname-override=${NODE}`,
      '--proxy-mode=iptables',
      '--cluster-cidr=10.244.0.0/16',
      // The limits of connections are the machine's, not ours to change.
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
      '--healthz-bind-address=127.0.0.1:10256',
    ],
  };
}
