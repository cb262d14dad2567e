import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_ADDRESS } from './pki.mjs';

/** Writes what containerd, the network of pods and the kubelet read; all of it stays in `folder`. */
export function writeConfiguration(folder) {
  const put = (name, text) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'cni'));
  put(
    'cni/10-bridge.conflist',
    JSON.stringify({
      cniVersion: '0.4.0',
      name: 'micro',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          ipMasq: true,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            dataDir: join(folder, 'addresses'),
            ranges: [[{ subnet: '10.244.0.0/24' }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
      ],
    }),
  );
  // Containers often lack the right to lower an OOM score, so nothing asks for it.
  put(
    'containerd.toml',
    `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-run"
oom_score = 0
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.local/pause:3.2"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`,
  );
  put('resolv.conf', 'options ndots:5\n');
  put(
    'kubelet.json',
    JSON.stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: join(folder, 'pki/ca.crt') },
      },
      authorization: { mode: 'Webhook' },
      tlsCertFile: join(folder, 'pki/kubelet.crt'),
      tlsPrivateKeyFile: join(folder, 'pki/kubelet.key'),
      cgroupDriver: 'cgroupfs',
      clusterDomain: 'cluster.local',
      clusterDNS: [NODE_ADDRESS],
      failSwapOn: false,
      oomScoreAdj: 0,
      port: 10250,
      readOnlyPort: 0,
      healthzPort: 10248,
      resolvConf: join(folder, 'resolv.conf'),
      imageGCHighThresholdPercent: 100,
      evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
      nodeStatusUpdateFrequency: '1s',
      // How often each pod is looked at without a reason. A pod that ended is only let go at a look after its volumes are
      // gone; with the minute that is the default, stopping and rolling back took one to two minutes.
      syncFrequency: '2s',
    }),
  );
}
