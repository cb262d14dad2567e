import type { EtcdLink } from '../host/etcdLink.ts';
import type { EtcdSession } from '../host/etcdSession.ts';
import { decode, type Member } from './entries.ts';
import { EntryFolder } from './entryFolder.ts';

/** The servers of an environment: each says of itself that it is there, under its lease. */
export class Members extends EntryFolder<Member> {
  constructor(
    link: EtcdLink,
    private readonly self: Member,
  ) {
    super('servers', decode.member);
    link.add(this);
  }

  override async begin(session: EtcdSession): Promise<void> {
    await session.put(`${this.name}/${this.self.id}`, JSON.stringify(this.self));
  }

  /** The name of a server; with a part of its id where several have the same. */
  nameOf(id: string): string {
    const name = this.all.get(id)?.name ?? (id === this.self.id ? this.self.name : undefined);
    if (name === undefined) return `server ${id.slice(0, 4)}`;
    const same = [...this.all.values()].filter((one) => one.name === name && one.id !== id);
    return same.length === 0 ? name : `${name}-${id.slice(0, 4)}`;
  }
}
