import { create } from '@bufbuild/protobuf';
import { type Notice, NoticeSchema } from '../../../shared/contract/gen/state_pb.ts';

/** So many notices are kept: what is older was seen or does not matter any more. */
const maxNotices = 200;

/** What the server has to say beside the status of services; the newest are kept. */
export class NoticeList {
  private readonly items: Notice[] = [];
  private nextId = 1;

  constructor(private readonly now: () => number) {}

  add(level: 'info' | 'warn' | 'error', service: string, text: string, code = ''): Notice {
    const notice = create(NoticeSchema, { id: this.nextId++, at: this.now(), level, service, text, code });
    this.items.push(notice);
    if (this.items.length > maxNotices) this.items.shift();
    return notice;
  }

  all(): Notice[] {
    return [...this.items];
  }
}
