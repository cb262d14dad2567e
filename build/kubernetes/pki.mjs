import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';

/** Long enough for any run of the tests; the keys are thrown away with the cluster. */
const DAYS = '2';

/** Names and addresses of the parts of the cluster. */
export const NODE = 'node1';
export const NODE_ADDRESS = '10.199.0.1';

/** What each part is known as by the API server, with the names that its own certificate stands for. */
const CERTIFICATES = [
  {
    file: 'apiserver',
    subject: '/CN=kube-apiserver',
    names: `DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${NODE_ADDRESS},IP:10.96.0.1`,
  },
  { file: 'admin', subject: '/O=system:masters/CN=admin' },
  { file: 'controllers', subject: '/CN=system:kube-controller-manager' },
  { file: 'scheduler', subject: '/CN=system:kube-scheduler' },
  { file: 'proxy', subject: '/CN=system:kube-proxy' },
  {
    file: 'kubelet',
    subject: `/O=system:nodes/CN=system:node:${NODE}`,
    names: `DNS:${NODE},IP:127.0.0.1,IP:${NODE_ADDRESS}`,
  },
  { file: 'apikubelet', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' },
];

/** Makes an authority, the certificates of all parts and the key of service accounts in `folder`. */
export async function makeCertificates(folder) {
  const at = (name) => join(folder, name);
  const openssl = (...args) => mustRun('openssl', args);
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('ca.key'));
  await openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    at('ca.key'),
    '-subj',
    '/CN=micro-test',
    '-days',
    DAYS,
    '-out',
    at('ca.crt'),
  );
  for (const { file, subject, names } of CERTIFICATES) {
    await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(`${file}.key`));
    await openssl('req', '-new', '-key', at(`${file}.key`), '-subj', subject, '-out', at(`${file}.csr`));
    const uses = ['extendedKeyUsage=serverAuth,clientAuth', 'keyUsage=digitalSignature,keyEncipherment'];
    writeFileSync(at(`${file}.ext`), [...uses, ...(names ? [`subjectAltName=${names}`] : []), ''].join('\n'));
    const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at(`${file}.ext`)];
    await openssl('x509', '-req', '-in', at(`${file}.csr`), ...signing, '-days', DAYS, '-out', at(`${file}.crt`));
  }
  await openssl('genrsa', '-out', at('accounts.key'), '2048');
  await openssl('rsa', '-in', at('accounts.key'), '-pubout', '-out', at('accounts.pub'));
}

/** Writes a kubeconfig for one of the certificates in `folder` and returns its path. */
export function writeKubeconfig(folder, user, server, name = `${user}.kubeconfig`) {
  const encoded = (file) => readFileSync(join(folder, file)).toString('base64');
  const text = `apiVersion: v1
kind: Config
clusters:
  - name: micro-test
    cluster: { server: "${server}", certificate-authority-data: ${encoded('ca.crt')} }
users:
  - name: ${user}
    user: { client-certificate-data: ${encoded(`${user}.crt`)}, client-key-data: ${encoded(`${user}.key`)} }
contexts:
  - name: micro-test
    context: { cluster: micro-test, user: ${user} }
current-context: micro-test
`;
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
