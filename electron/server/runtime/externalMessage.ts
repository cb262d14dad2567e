import { create } from '@bufbuild/protobuf';
import { Kind, type Service, ServiceSchema, Status } from '../../../shared/contract/gen/state_pb.ts';
import type { ServiceSpec } from '../project/serviceSpec.ts';
import type { Attachment } from './attachment.ts';
import { addressText, type InstanceAddress } from './instanceAddress.ts';

/** An external or attached service as it is shown. Times are ms since 1970. */
export interface ExternalView {
  spec: ServiceSpec;
  attachment: Attachment | undefined;
  nodeId: string;
  address: InstanceAddress;
  status: Status;
  reason: string;
  wanted: boolean;
  since: number;
  readyAt: number;
}

/** What clients are told of something that others run. */
export function externalMessage(view: ExternalView): Service {
  const { spec, address, attachment, status, reason, readyAt } = view;
  const isUp = status === Status.RUNNING;
  return create(ServiceSchema, {
    name: spec.name,
    project: spec.project,
    kind: attachment ? Kind.SERVICE : Kind.EXTERNAL,
    attached: attachment !== undefined,
    status,
    reason: reason || (attachment && isUp ? 'attached: it was started outside' : ''),
    instances: isUp
      ? [
          {
            id: view.nodeId,
            pid: attachment?.pid ?? 0,
            address: addressText(address),
            startedAt: readyAt,
            readyAt,
            status,
          },
        ]
      : [],
    version: spec.version,
    folder: spec.folder,
    command: attachment ? attachment.command : (spec.address ?? ''),
    dependsOn: spec.dependsOn.map(({ service, condition }) => ({ service, condition })),
    language: attachment ? spec.language : '',
    readyBy: spec.ready.by === 'quiet' ? 'it listens' : spec.ready.by,
    replicas: 1,
    disabled: spec.start === 'disabled',
    onDemand: spec.start === 'manual',
    wanted: view.wanted,
    since: view.since,
    labels: [...spec.labels],
    declaredAt: spec.declaredAt,
    next: status === Status.ERROR && !attachment ? 'It is run by somebody else: start it there.' : '',
  });
}
