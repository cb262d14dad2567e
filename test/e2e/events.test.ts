import { afterEach, describe, expect, test } from 'vitest';
import { deadLettersOf, makeDeadLetters } from '../helpers/deadLetter.ts';
import { type LaunchedApp, launchApp, type ServerAddress } from '../helpers/electronApp.ts';
import { layeredServices, writeSampleProject } from '../helpers/sampleProject.ts';
import { call } from '../helpers/serverApi.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

let launched: LaunchedApp | undefined;

afterEach(async (context) => {
  if (context.task.result?.state === 'fail') await launched?.keepEvidence(context.task.name);
  await launched?.dispose();
  launched = undefined;
});

const publish = (server: ServerAddress, topic: string, payload: string, key = ''): Promise<unknown> =>
  call(server, 'topics.Topics/Publish', { topic, key, payload: Buffer.from(payload).toString('base64') });

/** Makes a group known: a member of it comes, at the end of the topic, and goes. */
async function joinOnce(server: ServerAddress, topic: string, group: string): Promise<void> {
  const message = Buffer.from(JSON.stringify({ topic, group, from: { end: true } }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const leave = new AbortController();
  const response = await fetch(`${server.proxy}/topics.Topics/Consume`, {
    method: 'POST',
    signal: leave.signal,
    headers: {
      'content-type': 'application/connect+json',
      'connect-protocol-version': '1',
      authorization: `Bearer ${server.token}`,
    },
    body: Buffer.concat([head, message]),
  });
  // The first message says that the member is there.
  await response.body?.getReader().read();
  leave.abort();
}

interface SeenGroup {
  name: string;
  position?: number;
}
const positionOf = async (server: ServerAddress): Promise<number> => {
  const { topics = [] } = (await call(server, 'topics.Topics/List', { topic: 'orders' })) as {
    topics?: { groups?: SeenGroup[] }[];
  };
  return topics[0]?.groups?.find(({ name }) => name === 'mail')?.position ?? 0;
};

describe('the events in the window', () => {
  test('come as they are published, are held and opened, published by hand, and replayed to a group with an undo', async () => {
    const folder = await writeSampleProject(await tempFolder('events-window'), 'three', layeredServices(1));
    launched = await launchApp({ args: ['--project', folder] });
    const { page } = launched;
    const server = await launched.server();
    await page.getByRole('navigation', { name: 'Pages' }).getByText('Graph').waitFor();
    await page.keyboard.press('e');
    await page.getByText('No topic yet').waitFor();
    await page.getByText('micro events consume orders -g mail --from start', { exact: true }).waitFor();

    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'Publish an event' });
    await form.getByLabel('Topic').fill('orders');
    await form.getByLabel('Payload').fill('{"id": 1, "items": ["tea"]}');
    await form.getByLabel('Metadata, a line each (optional)').fill('source=hand');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Published to orders as event 0').waitFor();
    const first = page.getByRole('region', { name: 'Event 0' });
    await first.getByText('"tea"').waitFor();
    await first.getByText('source').waitFor();

    for (let i = 1; i < 30; i++) await publish(server, 'orders', JSON.stringify({ id: i }), `k${i % 3}`);
    const list = page.getByRole('grid', { name: 'Events of orders' });
    await list.getByText('{"id":29}').waitFor();
    await list.focus();
    await page.keyboard.press('Home');
    await page.getByRole('region', { name: 'Event 29' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('region', { name: 'Event 28' }).getByText('28', { exact: true }).waitFor();

    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Paused/ }).waitFor();
    await publish(server, 'orders', '{"id":30}');
    await page.getByRole('button', { name: 'Paused · 1 new' }).waitFor();
    expect(await list.getByText('{"id":30}').count()).toBe(0);
    await page.keyboard.press('p');
    await list.getByText('{"id":30}').waitFor();

    await joinOnce(server, 'orders', 'mail');
    await page.getByRole('tab', { name: /^Groups/ }).click();
    await page.getByRole('list', { name: 'Groups of orders' }).getByText('mail').waitFor();
    const before = await positionOf(server);
    await page.getByRole('button', { name: 'Replay mail' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay orders to mail' });
    await dialog.getByLabel('Go on from').fill('11');
    await dialog.getByText(/20 events are delivered to it again/).waitFor();
    await dialog.getByRole('button', { name: 'Replay 20 events' }).click();
    await waitFor('the group to be moved', async () => (await positionOf(server)) === 11);
    await page.getByText('lag 20', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await waitFor('the group to be back', async () => (await positionOf(server)) === before);

    await makeDeadLetters(server, 'orders', 'slow', 3);
    await page.getByRole('button', { name: 'What slow gave up on' }).click();
    const givenUp = page.getByRole('dialog', { name: 'What slow gave up on' });
    await givenUp.getByText('the consumer went away').nth(2).waitFor();
    await givenUp.getByRole('button', { name: 'Send 1 again' }).click();
    await waitFor('it to be sent again', async () => (await deadLettersOf(server, 'orders', 'slow')) === 2);
    await givenUp.getByText('offset 1', { exact: true }).waitFor({ state: 'detached' });
    await givenUp.getByRole('button', { name: 'Drop 0' }).click();
    await page.getByRole('dialog', { name: 'Drop this dead letter?' }).getByRole('button', { name: 'Drop' }).click();
    await waitFor('it to be dropped', async () => (await deadLettersOf(server, 'orders', 'slow')) === 1);
    await givenUp.getByText('offset 0', { exact: true }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await givenUp.waitFor({ state: 'detached' });

    await page.keyboard.press('/');
    await page.keyboard.type('5');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Event 5', exact: true }).waitFor();
    await list.getByText('{"id":5}').waitFor();
    expect(launched.pageErrors).toEqual([]);
  });
});
