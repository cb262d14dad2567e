import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';

/**
 * The names of the cluster (`catalog.shop.svc.cluster.local`): Debian has no CoreDNS, and pods call services by name.
 * `node nameServer.mjs ADDRESS PKI_FOLDER`; it asks the API server for the address of a service and answers A questions.
 */
const [address, pki] = process.argv.slice(2);
const SUFFIX = '.svc.cluster.local';
/** Types and codes of RFC 1035. */
const TYPE_A = 1;
const NAME_ERROR = 3;
/** s; services of the tests come and go. */
const TTL = 1;

const agent = new https.Agent({
  keepAlive: true,
  ca: readFileSync(join(pki, 'ca.crt')),
  cert: readFileSync(join(pki, 'admin.crt')),
  key: readFileSync(join(pki, 'admin.key')),
});

function addressOf(service, namespace) {
  const url = `https://127.0.0.1:6443/api/v1/namespaces/${namespace}/services/${service}`;
  return new Promise((resolve) => {
    https
      .get(url, { agent }, (response) => {
        let text = '';
        response.on('data', (data) => (text += data));
        response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(text).spec.clusterIP : undefined));
      })
      .on('error', () => resolve(undefined));
  });
}

/** Name and type of the one question, and where it ends. */
function readQuestion(message) {
  const labels = [];
  let at = 12;
  while (message[at] !== 0) {
    labels.push(message.toString('ascii', at + 1, at + 1 + message[at]));
    at += message[at] + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

async function answer(message) {
  const { name, type, end } = readQuestion(message);
  const [service, namespace, ...rest] = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length).split('.') : [];
  const found = namespace !== undefined && rest.length === 0 ? await addressOf(service, namespace) : undefined;
  const head = Buffer.from(message.subarray(0, end));
  const records = found !== undefined && type === TYPE_A ? 1 : 0;
  head.writeUInt16BE(0x8580 | (found === undefined ? NAME_ERROR : 0), 2);
  head.writeUInt16BE(records, 6);
  head.writeUInt32BE(0, 8);
  if (records === 0) return head;
  const record = Buffer.alloc(16);
  // A pointer to the name in the question.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(TTL, 6);
  record.writeUInt16BE(4, 10);
  found.split('.').forEach((part, index) => record.writeUInt8(Number(part), 12 + index));
  return Buffer.concat([head, record]);
}

const socket = dgram.createSocket('udp4');
socket.on('message', (message, sender) => {
  answer(message).then(
    (text) => socket.send(text, sender.port, sender.address),
    // A message that is no question gets no answer.
    () => {},
  );
});
socket.bind(53, address);
