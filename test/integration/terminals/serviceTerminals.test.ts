import { describe, expect, it } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { serviceTerminalId } from '../../../shared/contract/terminal.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const makeRuntime = useRuntimes();

describe('the terminal of a service', () => {
  it('TRM-09 with tty: true is lived in: ticks as they come, a size, and a debugger that is typed into', async () => {
    const fixture = await makeRuntime();
    await fixture.write(
      'prog.py',
      'import time\nprint("tick 1")\nx = 41\nbreakpoint()\nprint("x is", x)\ntime.sleep(600)\n',
    );
    await fixture.open({
      dbg: { run: 'python3 prog.py', tty: true, port: 'none' },
      plain: { run: `sh -c 'test -t 0 || echo no terminal; read x || echo nothing to read; sleep 600'`, port: 'none' },
    });
    await fixture.start('dbg', 'plain');
    const socket = fixture.look(serviceTerminalId('dbg'));
    await waitFor('the debugger', () => socket.text.includes('tick 1') && socket.text.includes('(Pdb)'));
    socket.types('x = 4x\u007f2\r');
    await waitFor('the next question', () => socket.text.split('(Pdb)').length > 2);
    socket.types('c\r');
    await waitFor('the answer', () => socket.text.includes('x is 42'));
    await waitFor('the log', async () => (await fixture.lines('dbg')).includes('tty x is 42'));
    await waitFor('the plain one', async () => (await fixture.lines('plain')).includes('stdout nothing to read'));
    expect(await fixture.lines('plain')).toContain('stdout no terminal');
    expect(fixture.terminals.list().map(({ id, live, service }) => ({ id, live, service }))).toEqual([
      { id: 'service.dbg', live: true, service: 'dbg' },
    ]);
  });

  it('stays the same one over restarts, with what was on it and the size that it was given', async () => {
    const fixture = await makeRuntime();
    await fixture.open({
      tty: {
        run: `sh -c 'stty size; printf "\\033[?1003hrun "; read x; exit 3'`,
        tty: true,
        port: 'none',
        restart: { policy: 'never' },
      },
    });
    await fixture.start('tty');
    const socket = fixture.look(serviceTerminalId('tty'));
    await waitFor('the first run', () => socket.text.includes('30 120'));
    socket.tell({ type: 'resize', cols: 66, rows: 21 });
    socket.types('\r');
    await fixture.untilStatus('tty', Status.ERROR);
    await waitFor('its end', () => socket.last('ended')?.ended.code === 3);
    await fixture.start('tty');
    await waitFor('the second run', () => socket.text.includes('21 66'));
    expect(socket.last('started')).toBeDefined();
    const late = fixture.look(serviceTerminalId('tty'));
    await waitFor('the screen', () => late.text.includes('21 66'));
    expect(late.text).toContain('30 120');
    await fixture.stop('tty');
  });

  it('does not hold up a service when nobody draws what it floods; the log has every line', async () => {
    const fixture = await makeRuntime();
    await fixture.open({
      flood: { run: 'sh -c "seq 1 200000; echo done"', kind: 'task', tty: true, restart: { policy: 'never' } },
    });
    const started = fixture.start('flood');
    await waitFor('its terminal', () => fixture.terminals.list().length > 0);
    const stuck = fixture.look(serviceTerminalId('flood'), false);
    await started;
    await fixture.untilStatus('flood', Status.STOPPED);
    const lines = (await fixture.lines('flood')).filter((line) => line.startsWith('tty'));
    expect(lines).toHaveLength(200_001);
    expect(lines.at(-1)).toBe('tty done');
    expect(stuck.bytes).toBeLessThan(1_000_000);
  });

  it('goes with the service that is taken out of micro.yaml', async () => {
    const fixture = await makeRuntime();
    await fixture.open({ tty: { run: 'sleep 600', tty: true, port: 'none' } });
    await fixture.start('tty');
    const socket = fixture.look(serviceTerminalId('tty'));
    await fixture.runtime.closeProject('test', () => {});
    await waitFor('the end of its terminal', () => socket.closed !== undefined);
    expect(fixture.terminals.list()).toEqual([]);
  });
});
