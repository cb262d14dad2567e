import { SerialQueue } from '../base/async.ts';
import type { EtcdSession } from '../host/etcdSession.ts';

/** Changes of one step; etcd takes 128 unless it is told otherwise. */
const MAX_CHANGES = 100;

/** What {@link EtcdPublication} works with. */
export interface EtcdPublicationOptions {
  session: Pick<EtcdSession, 'change'>;
  folder: string;
  /** What is to stand there, by key. */
  wanted(): ReadonlyMap<string, string>;
}

/**
 * Keeps the keys of this server in etcd as they are wanted, for one session. All changes of a moment are one step there: it costs
 * one sync of etcd's disk instead of one each, and nobody sees the old one gone before the new one is there. What changes while
 * a step is under way is the next one, so that two cannot overtake each other.
 */
export class EtcdPublication {
  private readonly published = new Map<string, string>();
  private readonly steps = new SerialQueue();
  private isOver = false;

  constructor(private readonly options: EtcdPublicationOptions) {}

  /** Writes what is new and takes out what is gone; rejects when that fails. */
  publish(): Promise<void> {
    return this.steps.run(async () => {
      const { session, folder, wanted } = this.options;
      const changes = this.changes(wanted());
      while (changes.length > 0 && !this.isOver) {
        // New ones first: those that are gone may be in the next step.
        const step = changes.splice(0, MAX_CHANGES);
        await session.change(step.map(({ key, text }) => ({ key: `${folder}/${key}`, text })));
        for (const { key, text } of step)
          if (text === undefined) this.published.delete(key);
          else this.published.set(key, text);
      }
    });
  }

  /** The session is over: nothing more is begun. Resolves when nothing is under way. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.steps.idle();
  }

  private changes(wanted: ReadonlyMap<string, string>): { key: string; text: string | undefined }[] {
    const { published } = this;
    const fresh = [...wanted].filter(([key, text]) => published.get(key) !== text);
    const gone = [...published.keys()].filter((key) => !wanted.has(key));
    return [...fresh.map(([key, text]) => ({ key, text })), ...gone.map((key) => ({ key, text: undefined }))];
  }
}
