import { IconCopy, IconExternalLink } from '@tabler/icons-react';
import type { Service } from '../../../shared/contract/gen/state_pb.ts';
import { openExternal } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { copyText } from '../../state/serviceCommands.ts';
import { Fact } from '../../ui/DefinitionList.tsx';
import classes from './Inspector.module.css';

/** Where a service listens, to copy and to open. */
export function Address({ address }: { address: string }) {
  return (
    <span className={classes.copyRow}>
      <code>{address}</code>
      <button
        type="button"
        className={classes.iconButton}
        aria-label="Copy address"
        title="Copy address"
        onClick={() => copyText(address, 'Address')}
      >
        <IconCopy size={14} />
      </button>
      <button
        type="button"
        className={classes.iconButton}
        aria-label="Open in browser"
        title={`Open http://${address}/`}
        onClick={() => void attempt('The browser could not be opened', () => openExternal(`http://${address}/`))}
      >
        <IconExternalLink size={14} />
      </button>
    </span>
  );
}

/** Where a debugger attaches, for each copy that was started with it. */
export function Debuggers({ service }: { service: Service }) {
  const open = service.instances.filter((instance) => instance.debugger !== '');
  if (open.length === 0) return null;
  return (
    <Fact term="Debugger">
      {open.map((instance) => (
        <span key={instance.id} className={classes.copyRow}>
          <code>{instance.debugger}</code>
          <span className={classes.dim}>{instance.debuggerKind}</span>
          <button
            type="button"
            className={classes.iconButton}
            aria-label="Copy the address of the debugger"
            title="Copy the address of the debugger"
            onClick={() => copyText(instance.debugger, 'Address')}
          >
            <IconCopy size={14} />
          </button>
        </span>
      ))}
    </Fact>
  );
}
