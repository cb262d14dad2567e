import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { startServer } from '../helpers/microServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** What each service begins with: plain HTTP with the token of its own environment. */
const HEAD = `
import { createServer } from 'node:http';
const proxy = 'http://' + process.env.MICRO_PROXY;
const headers = { authorization: 'Bearer ' + process.env.MICRO_TOKEN };
createServer((request, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');
`;
const PUBLISHER = `${HEAD}
for (let n = 0; n < 3; n++) {
  const response = await fetch(proxy + '/_events/placed', { method: 'POST', headers, body: JSON.stringify({ n }) });
  console.log('published', response.status);
}
`;
const CONSUMER = `${HEAD}
const response = await fetch(proxy + '/_events/placed?group=mail&from=start', { headers });
for await (const chunk of response.body) console.log('heard', Buffer.from(chunk).toString().trim());
`;

it('services that publish and consume by plain HTTP are on the graph, with the topic between them', async () => {
  const folder = await tempFolder('topics');
  const home = join(folder, 'micro');
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop/publisher.mjs'), PUBLISHER);
  await writeFile(join(folder, 'shop/consumer.mjs'), CONSUMER);
  await writeFile(
    join(folder, 'shop/micro.yaml'),
    `name: shop
services:
  orders: { run: node publisher.mjs, port: auto }
  mail: { run: node consumer.mjs, port: auto }
`,
  );
  const server = await startServer(home, ['--project', join(folder, 'shop')]);
  onTestFinished(() => server.stop());
  const graph = async () =>
    (await microProcess(['graph', '--json'], { home, cwd: folder })).json() as {
      nodes: { name: string; kind: string }[];
      edges: { from: string; to: string; kind: string; calls: number }[];
    };
  const topicEdges = async (): Promise<unknown[]> =>
    (await graph()).edges
      .filter(({ kind }) => kind !== 'call')
      .map(({ from, to, kind, calls }) => `${from} ${kind} ${to} ${calls}`)
      .sort();
  const whole = ['orders publish topic:placed 3', 'topic:placed consume mail 3'];
  await waitFor('the events to be seen', async () => JSON.stringify(await topicEdges()) === JSON.stringify(whole));
  expect((await graph()).nodes).toContainEqual(expect.objectContaining({ name: 'topic:placed', kind: 'topic' }));
  const { topics } = (await microProcess(['events', 'topics', '--json'], { home, cwd: folder })).json() as {
    topics: { groups: { members: { service: string }[] }[] }[];
  };
  expect(topics[0]?.groups[0]?.members).toMatchObject([{ service: 'mail' }]);
});
