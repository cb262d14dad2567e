import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PortClash } from '../../shared/contract/gen/actions_pb.ts';
import { runAction } from '../state/actions.ts';
import { startUnlessHeld } from '../state/serviceActions.ts';
import { type Dialog, showDialog, useDialog } from '../state/dialogs.ts';
import { Button } from '../ui/Button.tsx';
import { ExplainFileForm } from './ExplainFileForm.tsx';
import { RunOnceForm } from './RunOnceForm.tsx';
import { ScaleForm } from './ScaleForm.tsx';
import classes from './ServiceDialogs.module.css';

const close = (): void => showDialog(undefined);

/** The questions that are asked before something is done to services. */
export function ServiceDialogs() {
  const dialog = useDialog();
  return (
    <Modal opened={dialog !== undefined} onClose={close} title={dialog ? titleOf(dialog) : ''} size={480}>
      {dialog ? <Content dialog={dialog} /> : null}
    </Modal>
  );
}

function titleOf(dialog: Dialog): string {
  switch (dialog.kind) {
    case 'start':
      return `${describe(dialog.services)} ${dialog.services.length === 1 ? 'needs' : 'need'} more than is running`;
    case 'stop':
      return `Stop ${dialog.service} and what needs it?`;
    case 'kill':
      return `Kill ${dialog.services.length} services?`;
    case 'run-once':
      return `Run ${dialog.service} once with…`;
    case 'port-clash':
      return dialog.clashes.length === 1 ? `Port ${dialog.clashes[0]?.port} is taken` : 'Ports are taken';
    case 'scale':
      return `Scale ${dialog.service}`;
    case 'explain-file':
      return `Does a save reload ${dialog.service}?`;
  }
}

function describe(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : `${names.length} services`;
}

function Content({ dialog }: { dialog: Dialog }) {
  switch (dialog.kind) {
    case 'start':
      return <StartQuestion dialog={dialog} />;
    case 'stop':
      return (
        <Question
          text="These need it and would be left without it:"
          items={dialog.stops.map(({ service, needs }) => ({ name: service, why: `needs ${needs}` }))}
          actions={
            <>
              <Button
                onClick={() => {
                  close();
                  void runAction('stop', { services: [dialog.service] });
                }}
              >
                Only {dialog.service}
              </Button>
              <Button
                variant="primary"
                data-autofocus
                onClick={() => {
                  close();
                  void runAction('stop', { services: [dialog.service] }, { withDependents: true });
                }}
              >
                Stop all {dialog.stops.length + 1}
              </Button>
            </>
          }
        />
      );
    case 'kill':
      return (
        <Question
          text="They get no time to finish what they are doing:"
          items={dialog.services.map((name) => ({ name, why: '' }))}
          actions={
            <>
              <Button onClick={close} data-autofocus>
                Cancel
              </Button>
              <Button
                variant="danger"
                onClick={() => {
                  close();
                  void runAction('kill', { services: dialog.services });
                }}
              >
                Kill {dialog.services.length}
              </Button>
            </>
          }
        />
      );
    case 'run-once':
      return <RunOnceForm name={dialog.service} onClose={close} />;
    case 'port-clash':
      return <PortQuestion dialog={dialog} />;
    case 'scale':
      return <ScaleForm name={dialog.service} onClose={close} />;
    case 'explain-file':
      return <ExplainFileForm name={dialog.service} onClose={close} />;
  }
}

function StartQuestion({ dialog }: { dialog: Extract<Dialog, { kind: 'start' }> }) {
  const start = (withDependencies: boolean): void => {
    close();
    void startUnlessHeld(dialog.services, withDependencies);
  };
  return (
    <Question
      text="These are started too, in the order that the dependencies ask for:"
      items={dialog.starts.map(({ service, neededBy }) => ({ name: service, why: `needed by ${neededBy}` }))}
      actions={
        <>
          <Button onClick={() => start(false)}>Only {describe(dialog.services)}</Button>
          <Button variant="primary" data-autofocus onClick={() => start(true)}>
            Start all {dialog.starts.length + dialog.services.length}
          </Button>
        </>
      }
    />
  );
}

function holderOf({ owner, name, pid }: PortClash): string {
  if (owner !== '') return `the service ${owner}`;
  return pid === 0 ? 'a process that the system does not name' : `${name || 'a process'} (pid ${pid})`;
}

function PortQuestion({ dialog }: { dialog: Extract<Dialog, { kind: 'port-clash' }> }) {
  const { services, clashes, withDependencies } = dialog;
  const [first] = clashes;
  const start = (wishes: { port?: string; freePorts?: boolean }): void => {
    close();
    void runAction('start', { services }, { withDependencies, ...wishes });
  };
  // Another port is for the one service that is started; with several it could not be said whose it is.
  const single = services.length === 1;
  // Nobody is ended whom the system does not even name.
  const known = clashes.every(({ pid }) => pid !== 0);
  return (
    <Question
      text={`${describe(services)} cannot have ${clashes.length === 1 ? 'its port' : 'their ports'}:`}
      items={clashes.map((clash) => ({
        name: `${clash.port} (${clash.service})`,
        why: `held by ${holderOf(clash)}${clash.command === '' ? '' : `: ${clash.command}`}`,
      }))}
      actions={
        <>
          <Button onClick={close} data-autofocus>
            Cancel
          </Button>
          {single ? <Button onClick={() => start({ port: 'auto' })}>Start on another port</Button> : null}
          {known && first ? (
            <Button variant="danger" onClick={() => start({ freePorts: true })}>
              Stop {clashes.length === 1 ? holderOf(first) : `${clashes.length} processes`} and start
            </Button>
          ) : null}
        </>
      }
    />
  );
}

function Question({
  text,
  items,
  actions,
}: {
  text: string;
  items: readonly { name: string; why: string }[];
  actions: ReactNode;
}) {
  return (
    <>
      <p className={classes.text}>{text}</p>
      <ul className={classes.items}>
        {items.map((item) => (
          <li key={item.name}>
            <b>{item.name}</b>
            <span>{item.why}</span>
          </li>
        ))}
      </ul>
      <div className={classes.actions}>{actions}</div>
    </>
  );
}
