import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HistoryEvent, HistoryRequestSchema, HistoryResponse } from '../../../shared/contract/gen/topics_pb.ts';
import type { Place } from './positions.ts';

/** Events of a page. */
const pageEvents = 100;
/** Events that are held; more leave at the far end, and are asked for again when one goes there. */
export const maxEvents = 2_000;
/** With more new events than this at a time the list begins anew at the end, instead of running after them. */
const maxBehind = 400;
/** Bytes of a payload in the list: what a row shows. The whole comes when the event is opened. */
const previewBytes = 400;

/** A page of the history that is wanted. */
export type HistoryPage = Omit<MessageInitShape<typeof HistoryRequestSchema>, 'topic' | '$typeName'>;

/** A stretch of a topic without gaps, newest first, that grows at both ends and follows the end of the topic. */
export class EventRange {
  events: readonly HistoryEvent[] = [];
  hasOlder = false;
  loaded = false;
  error: unknown;
  /** Whether new events come in by themselves. */
  following = true;
  private held = false;
  private end = 0;
  private busy = false;
  private generation = 0;

  constructor(
    private readonly load: (page: HistoryPage) => Promise<HistoryResponse>,
    private readonly handleChange: () => void,
  ) {}

  /** Events behind the newest one in the list. */
  get waiting(): number {
    const newest = this.events[0]?.event?.offset;
    return this.loaded && newest !== undefined ? Math.max(0, this.end - newest - 1) : this.loaded ? this.end : 0;
  }

  /** Begins anew: at the end of the topic, following it, or at a place. */
  async go(place: Place | undefined): Promise<void> {
    this.generation += 1;
    this.busy = false;
    this.following = place === undefined || place.case === 'end';
    await this.ask(
      place === undefined || place.case === 'end'
        ? { backwards: true, limit: pageEvents }
        : { from: { at: place }, limit: pageEvents },
      ({ events, next }) => {
        this.loaded = true;
        this.events = this.following ? events : [...events].reverse();
        const first = this.events.at(-1)?.event?.offset ?? 0;
        // Whether there is anything before a place is found out when one goes there.
        this.hasOlder = this.following ? next !== undefined : first > 0;
      },
    );
    this.catchUp();
  }

  /** Brings a page of older events. */
  older(): void {
    const oldest = this.events.at(-1)?.event;
    if (!oldest || !this.hasOlder) return;
    void this.ask(
      { backwards: true, from: { at: { case: 'offset', value: oldest.offset } }, limit: pageEvents },
      ({ events, next }) => {
        this.events = [...this.events, ...events];
        this.hasOlder = next !== undefined;
        if (this.events.length <= maxEvents) return;
        this.events = this.events.slice(-maxEvents);
        this.following = false;
      },
    );
  }

  /** Brings a page of newer events. */
  newer(): void {
    const newest = this.events[0]?.event?.offset;
    const from = newest === undefined ? undefined : { at: { case: 'offset' as const, value: newest + 1 } };
    void this.ask({ ...(from ? { from } : {}), limit: Math.max(pageEvents, maxBehind) }, ({ events }) => {
      this.events = [...[...events].reverse(), ...this.events].slice(0, maxEvents);
      if (this.events.length === maxEvents) this.hasOlder = true;
    }).then(() => this.catchUp());
  }

  /** How far the topic goes now. */
  setEnd(end: number): void {
    if (end === this.end) return;
    this.end = end;
    this.handleChange();
    this.catchUp();
  }

  /** Holds the list still; new events are counted. */
  hold(held: boolean): void {
    this.held = held;
    this.handleChange();
    this.catchUp();
  }

  private catchUp(): void {
    // Who has read up to the end goes on with what comes.
    if (this.loaded && this.waiting === 0 && this.events.length > 0) this.following = true;
    if (!this.loaded || !this.following || this.held || this.busy || this.waiting === 0) return;
    if (this.waiting > maxBehind) void this.go(undefined);
    else this.newer();
  }

  private async ask(page: HistoryPage, take: (answer: HistoryResponse) => void): Promise<void> {
    if (this.busy) return;
    const { generation } = this;
    this.busy = true;
    try {
      const answer = await this.load({ payloadLimit: previewBytes, ...page });
      if (generation !== this.generation) return;
      this.error = undefined;
      take(answer);
      // An answer without events that were said to be there: the topic was made anew, or they were removed.
      if (answer.events.length === 0) this.end = Math.min(this.end, (this.events[0]?.event?.offset ?? -1) + 1);
    } catch (error) {
      if (generation === this.generation) this.error = error;
    } finally {
      if (generation === this.generation) this.busy = false;
    }
    this.handleChange();
  }
}
