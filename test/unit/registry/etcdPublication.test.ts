import { describe, expect, it } from 'vitest';
import { Deferred } from '../../../electron/server/base/async.ts';
import { EtcdPublication } from '../../../electron/server/registry/etcdPublication.ts';

/** An etcd whose answers come when they are told to. */
function fixture() {
  const asked: { changes: string[]; answer(): void; fail(): void }[] = [];
  let wanted = new Map<string, string>();
  const publication = new EtcdPublication({
    session: {
      async change(changes) {
        const answered = new Deferred<void>();
        asked.push({
          changes: changes.map(({ key, text }) => (text === undefined ? `-${key}` : `${key}=${text}`)),
          answer: () => answered.resolve(),
          fail: () => answered.reject(new Error('away')),
        });
        await answered.promise;
      },
    },
    folder: 'f',
    wanted: () => wanted,
  });
  const publish = (entries: Record<string, string>): Promise<void> => {
    wanted = new Map(Object.entries(entries));
    const done = publication.publish();
    done.catch(() => {});
    return done;
  };
  /** The steps since this was asked last, once all that follows from what was answered has happened. */
  const steps = async (): Promise<typeof asked> => {
    await new Promise((resolve) => setImmediate(resolve));
    return asked.splice(0);
  };
  return { publication, publish, steps };
}

describe('what a server publishes in an etcd', () => {
  it('changes in one step: what comes and what goes', async () => {
    const { publish, steps } = fixture();
    void publish({ a: '1', b: '1' });
    const [first] = await steps();
    expect(first?.changes).toEqual(['f/a=1', 'f/b=1']);
    first?.answer();
    const done = publish({ b: '2', c: '1' });
    const [second] = await steps();
    expect(second?.changes).toEqual(['f/b=2', 'f/c=1', '-f/a']);
    second?.answer();
    await done;
    // Said again, it is nothing new.
    await publish({ b: '2', c: '1' });
    expect(await steps()).toEqual([]);
  });

  it('is written step after step, the last wish at the end', async () => {
    const { publish, steps } = fixture();
    void publish({ a: '1' });
    const [first] = await steps();
    void publish({ a: '2' });
    void publish({ b: '1' });
    expect(await steps()).toEqual([]);
    first?.answer();
    const [second] = await steps();
    expect(second?.changes).toEqual(['f/b=1', '-f/a']);
    second?.answer();
    expect(await steps()).toEqual([]);
  });

  it('goes in several steps when it is more than etcd takes, what is gone at the end', async () => {
    const { publish, steps } = fixture();
    const many = (text: string) => Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`${text}${n}`, text]));
    void publish(many('x'));
    for (const size of [100, 50]) {
      const [step] = await steps();
      expect(step?.changes).toHaveLength(size);
      step?.answer();
    }
    void publish(many('y'));
    const [, second] = [await steps().then(([step]) => step?.answer()), (await steps())[0]];
    expect(second?.changes.filter((change) => change.startsWith('-'))).toHaveLength(50);
  });

  it('is tried anew after a failure, and no more once the session is over', async () => {
    const { publication, publish, steps } = fixture();
    const failing = publish({ a: '1' });
    (await steps())[0]?.fail();
    await expect(failing).rejects.toThrow('away');
    void publish({ a: '1' });
    const [again] = await steps();
    expect(again?.changes).toEqual(['f/a=1']);
    void publish({ a: '2' });
    const ended = publication.end();
    again?.answer();
    await ended;
    expect(await steps()).toEqual([]);
  });
});
