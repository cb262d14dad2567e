import { call } from './serverApi.ts';
import { waitFor } from './waitFor.ts';

interface Server {
  proxy: string;
  token: string;
}

/**
 * Makes dead letters of the next `count` events of a topic: as a member of a group that gets each once and goes away without
 * an acknowledgement.
 */
export async function makeDeadLetters(server: Server, topic: string, group: string, count: number): Promise<void> {
  const before = await deadLettersOf(server, topic, group);
  for (let made = 1; made <= count; made++) {
    const leave = new AbortController();
    const message = Buffer.from(
      JSON.stringify({ topic, group, from: { start: true }, maxDeliveries: 1, maxUnacked: 1 }),
    );
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
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
    const reader = response.body?.getReader();
    for (let said = ''; !said.includes('"attempt"'); ) {
      const part = await reader?.read();
      if (!part || part.done) throw new Error(`no event of ${topic} came: ${said}`);
      said += Buffer.from(part.value).toString();
    }
    leave.abort();
    await waitFor('the group to give up', async () => (await deadLettersOf(server, topic, group)) === before + made);
  }
}

/** Dead letters of a group; 0 while there is no such group. */
export async function deadLettersOf(server: Server, topic: string, group: string): Promise<number> {
  const { topics = [] } = (await call(server, 'topics.Topics/List', { topic })) as {
    topics?: { groups?: { name: string; deadLetters?: number }[] }[];
  };
  return topics[0]?.groups?.find(({ name }) => name === group)?.deadLetters ?? 0;
}
