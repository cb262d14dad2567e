import { create } from '@bufbuild/protobuf';
import { type ServerMember, ServerMemberSchema } from '../../../shared/contract/gen/state_pb.ts';
import type { Members } from './members.ts';

/** The servers of an environment as messages of the contract, sorted by name. `self`: the id of the one that is asked. */
export function memberMessages(members: Members, self: string): ServerMember[] {
  return [...members.all.values()]
    .map(({ id, host, version, since }) =>
      create(ServerMemberSchema, { id, name: members.nameOf(id), host, version, since, self: id === self }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
