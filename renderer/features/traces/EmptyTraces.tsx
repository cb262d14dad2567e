import { IconTimeline } from '@tabler/icons-react';
import { Kind } from '../../../shared/contract/gen/state_pb.ts';
import { useShownServices } from '../../state/projectFilter.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { EmptyState } from '../../ui/States.tsx';
import { TryLines } from '../../ui/TryLines.tsx';

/** No trace was ever seen: what makes one, and how to begin. */
export function EmptyTraces() {
  const gateway = useServerInfo()?.gateway ?? '';
  const called = useShownServices().find(({ kind, instances }) => kind === Kind.SERVICE && instances.length > 0);
  return (
    <EmptyState
      icon={<IconTimeline size={24} stroke={1.5} />}
      title="No traces yet"
      text={
        <>
          Each call that passes the gateway or the proxy begins or continues a trace; nothing has to be built into a
          service.
          {called && gateway !== '' ? (
            <TryLines
              lines={[
                { what: 'From a terminal', line: `curl ${gateway.replace(/\/$/, '')}/${called.name}/` },
                { what: 'On the command line', line: `micro call ${called.name} /` },
              ]}
              onCopy={(line) => copyText(line, 'Line')}
            />
          ) : null}
        </>
      }
    />
  );
}
