import { IconAdjustments } from '@tabler/icons-react';
import { copyText } from '../../state/serviceCommands.ts';
import { useServerInfo } from '../../state/serverState.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/States.tsx';
import { TryLines } from '../../ui/TryLines.tsx';
import { usualNamespace } from './document.ts';
import { tryConfig } from './tryConfig.ts';

/** A namespace without a value: what config is, and how to begin. */
export function EmptyConfig({ namespace, onCreate }: { namespace: string; onCreate: () => void }) {
  const proxy = useServerInfo()?.proxy ?? 'http://127.0.0.1:8081';
  return (
    <EmptyState
      icon={<IconAdjustments size={24} stroke={1.5} />}
      title={namespace === usualNamespace ? 'No config yet' : `No config in ${namespace}`}
      text={
        <>
          Values and secrets by dotted paths; services get them by {'${config:path}'} and {'${secret:path}'} in the env
          of micro.yaml, or read them.
          <TryLines lines={tryConfig(namespace, proxy)} onCopy={(line) => copyText(line, 'Line')} />
        </>
      }
      action={
        <Button variant="primary" onClick={onCreate}>
          New value…
        </Button>
      }
    />
  );
}
