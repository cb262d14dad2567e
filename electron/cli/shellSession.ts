import { WebSocket } from 'ws';
import { MicroError } from '../../shared/contract/errors.ts';
import {
  RESET_MODES,
  type TerminalClientMessage,
  type TerminalEnd,
  type TerminalServerMessage,
  terminalFlow,
} from '../../shared/contract/terminal.ts';
import type { CliContext } from './context.ts';
import type { LocalTerminal } from './localTerminal.ts';

/** What to open; see the messages of the same names in the contract. */
export interface ShellRequest {
  service: string;
  /** Empty: the user's shell. */
  command: readonly string[];
}

/**
 * Opens a shell on the server and shows it in the terminal of the command line until it ends. Every key goes to it, and
 * its program is held up when this terminal draws slower than it writes. The shell ends with the command line, however
 * that ends: the server sees the connection go.
 */
export async function runShellSession(
  context: CliContext,
  request: ShellRequest,
  terminal: LocalTerminal,
): Promise<TerminalEnd> {
  const { client, info } = await context.connect();
  const { env, signal } = context;
  const commandLine = { term: env['TERM'] ?? '', colorTerm: env['COLORTERM'] ?? '' };
  const opening = { service: request.service, command: [...request.command], ...terminal.size, commandLine };
  const { id } = await client.terminals.open(opening, { signal });
  const url = `${info.proxy.replace(/^http/, 'ws')}/_ws/terminals/${encodeURIComponent(id)}`;
  const restore = await terminal.makeRaw();
  try {
    const socket = new WebSocket(url, ['micro.v1', `bearer.${info.token}`], {
      perMessageDeflate: false,
      agent: info.agent,
    });
    return await showShell(socket, terminal, signal);
  } finally {
    restore();
  }
}

/** Joins the two: what comes is drawn, keys and sizes go back. Rejects when the connection ends before the shell. */
function showShell(socket: WebSocket, terminal: LocalTerminal, signal: AbortSignal): Promise<TerminalEnd> {
  const undo: (() => void)[] = [];
  let undrawn = 0;
  let drawn = 0;
  const tell = (message: TerminalClientMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const handleOutput = (data: Uint8Array): void => {
    terminal.write(data, () => {
      undrawn += data.length;
      if (undrawn < terminalFlow.ackEvery) return;
      tell({ type: 'ack', bytes: undrawn });
      undrawn = 0;
    });
  };
  const begin = (): void => {
    undo.push(
      terminal.readKeys(
        (bytes) => {
          if (socket.readyState === socket.OPEN) socket.send(bytes);
        },
        () => socket.close(),
      ),
      terminal.whenResized(() => tell({ type: 'resize', ...terminal.size })),
    );
    // The size may have changed while the shell was being opened.
    tell({ type: 'resize', ...terminal.size });
  };
  const showing = new Promise<TerminalEnd>((resolve, reject) => {
    // Resolves once everything before it is on the screen: writes are taken in order.
    const end = (ended: TerminalEnd): void => terminal.write('', () => resolve(ended));
    const handleMessage = (message: TerminalServerMessage): void => {
      if (message.type === 'state') {
        if (drawn++ === 0) begin();
        terminal.write(message.screen);
        if (message.ended) end(message.ended);
      } else if (message.type === 'ended') end(message.ended);
    };
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) handleOutput(data);
      else handleMessage(JSON.parse(data.toString()) as TerminalServerMessage);
    });
    socket.on('error', (error) => reject(connectionLost(error)));
    socket.on('close', () => reject(connectionLost()));
    const handleAbort = (): void => reject(new Error('interrupted'));
    signal.addEventListener('abort', handleAbort, { once: true });
    undo.push(() => signal.removeEventListener('abort', handleAbort));
    if (signal.aborted) handleAbort();
  });
  return showing
    .catch((error: unknown) => {
      // Nobody else ends what a program of the shell has switched on in this terminal.
      if (drawn > 0) terminal.write(`${RESET_MODES}\r\n`);
      throw error;
    })
    .finally(() => {
      for (const each of undo) each();
      socket.close();
    });
}

function connectionLost(cause?: Error): MicroError {
  return new MicroError('server.unreachable', 'the connection to the shell was lost', {
    next: 'it was closed, or the server ended: micro status',
    ...(cause ? { cause } : {}),
  });
}
