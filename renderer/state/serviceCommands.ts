import { Kind, type Service, Status } from '../../shared/contract/gen/state_pb.ts';
import { bridge, openExternal, openInEditor, showFolder, writeClipboard } from '../client/platform.ts';
import { attempt, runAction } from './actions.ts';
import {
  askStopWithDependents,
  detachService,
  killServices,
  restartServices,
  startServices,
  stopServices,
} from './serviceActions.ts';
import { editCall, makeDraft } from './callDraft.ts';
import { dependentsOf } from './dependents.ts';
import { showDialog } from './dialogs.ts';
import { openPage } from './navigation.ts';
import { openLog } from './panels.ts';
import { removeService } from './projectActions.ts';
import { isReloadHalted, isWatched, setReload } from './reloadActions.ts';
import { serverStore } from './serverState.ts';
import { openServiceTerminal, openShell } from './terminals.ts';

/** Names of the pictures that menus draw; the list of commands itself knows no JSX. */
export type ServiceCommandIcon =
  | 'start'
  | 'stop'
  | 'restart'
  | 'kill'
  | 'log'
  | 'traces'
  | 'call'
  | 'terminal'
  | 'folder'
  | 'editor'
  | 'copy'
  | 'browser'
  | 'remove'
  | 'scale'
  | 'pause'
  | 'resume'
  | 'question'
  | 'debug'
  | 'detach';

/** One thing that can be done with a service. */
export interface ServiceCommand {
  id: string;
  label: string;
  icon: ServiceCommandIcon;
  /** Commands of one group stand together in a menu. */
  group: 'run' | 'run-more' | 'reload' | 'look' | 'open' | 'remove';
  disabled?: boolean;
  danger?: boolean;
  run: () => void;
}

const alive: ReadonlySet<Status> = new Set([
  Status.PENDING,
  Status.BUILDING,
  Status.STARTING,
  Status.RUNNING,
  Status.STOPPING,
]);

/** Whether something of the service runs or is about to. */
export function isAlive(service: Service): boolean {
  return alive.has(service.status) || service.instances.length > 0;
}

/** Whether the service is started and stopped here, rather than only checked. */
export function isManaged(service: Service): boolean {
  return service.kind !== Kind.EXTERNAL && !service.attached;
}

/** `host:port` of the first instance that has one. */
export function addressOf(service: Service): string | undefined {
  return service.instances.find((instance) => instance.address !== '')?.address;
}

function furtherCommands(service: Service): ServiceCommand[] {
  const { name } = service;
  const list: ServiceCommand[] = [];
  const { services } = serverStore.getState();
  const dependents = dependentsOf(name, services).filter((other) => {
    const found = services.get(other);
    return found !== undefined && isManaged(found) && isAlive(found);
  });
  if (dependents.length > 0 && isAlive(service)) {
    list.push({
      id: 'stop-dependents',
      label: 'Stop with what needs it…',
      icon: 'stop',
      group: 'run-more',
      run: () => void askStopWithDependents(name),
    });
  }
  list.push({
    id: 'run-once',
    label: 'Run once with…',
    icon: 'start',
    group: 'run-more',
    disabled: isAlive(service),
    run: () => showDialog({ kind: 'run-once', service: name }),
  });
  if (service.kind === Kind.SERVICE && debuggable.has(service.language)) {
    list.push({
      id: 'debug',
      label: 'Restart with debugger',
      icon: 'debug',
      group: 'run-more',
      run: () => void runAction('debug', { services: [name] }),
    });
  }
  if (service.kind === Kind.SERVICE) {
    list.push({
      id: 'scale',
      label: 'Scale…',
      icon: 'scale',
      group: 'run-more',
      disabled: !isAlive(service),
      run: () => showDialog({ kind: 'scale', service: name }),
    });
  }
  return list;
}

/** Languages whose runtime has a debugger that can be opened from outside. */
const debuggable: ReadonlySet<string> = new Set(['js', 'ts', 'py', 'java', 'go']);

function reloadCommands(service: Service): ServiceCommand[] {
  if (!isWatched(service)) return [];
  const { name } = service;
  const halted = isReloadHalted(service);
  return [
    {
      id: 'reload',
      label: halted ? 'Resume hot reload' : 'Pause hot reload',
      icon: halted ? 'resume' : 'pause',
      group: 'reload',
      run: () => void setReload([name], !halted),
    },
    {
      id: 'explain-file',
      label: 'Why was a save ignored…',
      icon: 'question',
      group: 'reload',
      run: () => showDialog({ kind: 'explain-file', service: name }),
    },
  ];
}

/** Splits `…/micro.yaml:12` into file and line. */
export function parseDeclaredAt(text: string): { file: string; line: number } | undefined {
  const match = /^(.+):(\d+)$/.exec(text);
  return match?.[1] && match[2] ? { file: match[1], line: Number(match[2]) } : undefined;
}

/** Copies text and says so. */
export function copyText(text: string, what: string): void {
  void attempt(`${what} could not be copied`, () => writeClipboard(text), `${what} copied`);
}

/** Opens a file or folder in the user's editor and says which one. */
export function editFile(path: string, line?: number): void {
  void attempt('The editor could not be started', () => openInEditor(path, line));
}

/**
 * Everything that can be done with a service, in the order of a menu. The graph's menu, the table's, the inspector and
 * the palette show this list. What does not fit the status is disabled, what cannot work here at all is absent.
 */
export function serviceCommands(service: Service): ServiceCommand[] {
  const { name } = service;
  const list: ServiceCommand[] = [];
  const live = isAlive(service);
  if (isManaged(service)) {
    const ended = service.kind === Kind.TASK ? 'Run' : 'Start';
    list.push(
      {
        id: 'start',
        label: ended,
        icon: 'start',
        group: 'run',
        disabled: live && service.status !== Status.ERROR,
        run: () => void startServices([name]),
      },
      {
        id: 'stop',
        label: 'Stop',
        icon: 'stop',
        group: 'run',
        disabled: !live && !service.wanted,
        run: () => void stopServices([name]),
      },
      { id: 'restart', label: 'Restart', icon: 'restart', group: 'run', run: () => void restartServices([name]) },
      {
        id: 'kill',
        label: 'Kill',
        icon: 'kill',
        group: 'run',
        disabled: !live,
        danger: true,
        run: () => void killServices([name]),
      },
    );
    list.push(...furtherCommands(service), ...reloadCommands(service));
  }
  if (service.attached) {
    list.push({ id: 'detach', label: 'Detach', icon: 'detach', group: 'run', run: () => void detachService(name) });
  }
  list.push(
    { id: 'log', label: 'Show log', icon: 'log', group: 'look', run: () => openLog([name]) },
    { id: 'traces', label: 'Show traces', icon: 'traces', group: 'look', run: () => openPage('traces', { of: name }) },
    {
      id: 'call',
      label: 'Call…',
      icon: 'call',
      group: 'look',
      run: () => editCall(makeDraft({ service: name })),
    },
  );
  if (service.tty) {
    list.push({
      id: 'terminal',
      label: 'Show terminal',
      icon: 'terminal',
      group: 'look',
      run: () => openServiceTerminal(name),
    });
  }
  if (service.folder) {
    list.push({ id: 'shell', label: 'Open shell', icon: 'terminal', group: 'look', run: () => openShell(name) });
  }
  const address = addressOf(service);
  if (address) {
    list.push(
      {
        id: 'browser',
        label: 'Open in browser',
        icon: 'browser',
        group: 'look',
        run: () => void attempt('The browser could not be opened', () => openExternal(`http://${address}/`)),
      },
      {
        id: 'copy-address',
        label: 'Copy address',
        icon: 'copy',
        group: 'look',
        run: () => copyText(address, 'Address'),
      },
    );
  }
  list.push({ id: 'copy-name', label: 'Copy name', icon: 'copy', group: 'look', run: () => copyText(name, 'Name') });
  if (bridge && service.folder) {
    const declared = parseDeclaredAt(service.declaredAt);
    list.push(
      {
        id: 'folder',
        label: 'Open folder',
        icon: 'folder',
        group: 'open',
        run: () => void attempt('The folder could not be opened', () => showFolder(service.folder)),
      },
      {
        id: 'editor',
        label: 'Open in editor',
        icon: 'editor',
        group: 'open',
        run: () => editFile(service.folder),
      },
    );
    if (declared) {
      list.push({
        id: 'declaration',
        label: 'Edit declaration',
        icon: 'editor',
        group: 'open',
        run: () => editFile(declared.file, declared.line),
      });
    }
  }
  if (service.project === '') {
    list.push({
      id: 'remove',
      label: 'Remove service',
      icon: 'remove',
      group: 'remove',
      danger: true,
      run: () => void removeService(name),
    });
  }
  return list;
}
