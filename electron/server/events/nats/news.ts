import type { Subscription } from '@nats-io/transport-node';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { NatsLink } from '../../host/natsLink.ts';
import { subjects } from './subjects.ts';

/** ms between two tellings at least: whoever looks on sees no more than four pictures a second. */
const TELL_EVERY_MS = 250;
/** ms after which is told anew what goes on, and after which what was told does not hold any more. */
const RENEW_MS = 3_000;
const HOLDS_MS = 10_000;

/** What goes on with a topic on one server. */
export interface TopicActivity {
  /** Consumers without a group. */
  listeners: number;
  /** Events published a second. */
  rate: number;
}

interface Told {
  server: string;
  changed: string[];
  topics: Record<string, TopicActivity>;
}

/** Tells other servers which topics changed and who listens here, and hears it of them. It is lost where nobody hears it. */
export class News {
  private readonly changed = new Set<string>();
  private readonly others = new Map<string, { topics: Record<string, TopicActivity>; at: number }>();
  private subscription: Subscription | undefined;
  private soon: Disposable | undefined;
  private readonly timer: Disposable;

  constructor(
    private readonly options: {
      link: NatsLink;
      server: string;
      clock: Clock;
      activity(): Record<string, TopicActivity>;
      handleChange(topic: string): void;
    },
  ) {
    this.timer = options.clock.setInterval(() => {
      if (Object.keys(options.activity()).length > 0) this.tell();
    }, RENEW_MS);
  }

  async start(): Promise<void> {
    const { link, server, handleChange } = this.options;
    await link.run(async (connection) => {
      this.subscription ??= connection.subscribe(subjects.news(link.settings.prefix), {
        callback: (error, message) => {
          if (error) return;
          const told = message.json<Told>();
          if (told.server === server) return;
          this.others.set(told.server, { topics: told.topics, at: Date.now() });
          for (const topic of told.changed) handleChange(topic);
        },
      });
      await connection.flush();
    });
  }

  change(topic: string): void {
    this.changed.add(topic);
    this.soon ??= this.options.clock.setTimeout(() => {
      this.soon = undefined;
      this.tell();
    }, TELL_EVERY_MS);
  }

  /** What goes on with a topic on the other servers. */
  elsewhere(topic: string): TopicActivity {
    const sum = { listeners: 0, rate: 0 };
    for (const [server, { topics, at }] of this.others) {
      if (at < Date.now() - HOLDS_MS) this.others.delete(server);
      else {
        sum.listeners += topics[topic]?.listeners ?? 0;
        sum.rate += topics[topic]?.rate ?? 0;
      }
    }
    return sum;
  }

  stop(): void {
    this.soon?.dispose();
    this.timer.dispose();
    this.subscription?.unsubscribe();
  }

  private tell(): void {
    const { link, server, activity } = this.options;
    const told: Told = { server, changed: [...this.changed], topics: activity() };
    this.changed.clear();
    link.connection?.publish(subjects.news(link.settings.prefix), JSON.stringify(told));
  }
}
