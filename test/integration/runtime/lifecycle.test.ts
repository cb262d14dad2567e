import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Status } from '../../../shared/contract/gen/state_pb.ts';
import { useRuntimes } from '../../helpers/runtimeFixture.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const createRuntime = useRuntimes();

/** Answers 200 as long as the file `well` is there, else 500. */
const server = `
  const { existsSync } = require('node:fs');
  require('node:http').createServer((_, answer) => {
    answer.statusCode = existsSync('well') ? 200 : 500;
    answer.end();
  }).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('liveness', () => {
  test('a service that fails it so often in a row is restarted, with the reason', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('well', '');
    const live = { http: '/', interval: '100ms', failures: 3 };
    await runtime.open({ web: { run: 'node server.cjs', port: 'auto', live, restart: { delay: '100ms' } } });
    await runtime.start('web');
    const pid = runtime.pid('web');
    await rm(join(runtime.folder, 'well'));
    await runtime.until('web', ({ restarts, status }) => restarts === 1 && status === Status.RUNNING);
    await runtime.write('well', '');
    expect(runtime.pid('web')).not.toBe(pid);
    const first = (await runtime.runs('web')).at(-1);
    expect(first).toMatchObject({ failed: true, outcome: 'not healthy: GET / answered 500 (3 of 3)' });
  });

  test('one that fails it for a moment is said to, runs on, and what waits for it to be healthy starts then', async () => {
    const runtime = await createRuntime();
    await runtime.write('server.cjs', server);
    await runtime.write('well', '');
    const live = { http: '/', interval: '100ms', failures: 1000 };
    await runtime.open({
      web: { run: 'node server.cjs', port: 'auto', live },
      after: { run: 'sleep 600', port: 'none', dependsOn: { web: 'healthy' } },
    });
    await runtime.start('web');
    const pid = runtime.pid('web');
    await rm(join(runtime.folder, 'well'));
    await runtime.until('web', ({ reason }) => reason.startsWith('GET / answered 500'));
    const started = runtime.start('after');
    await runtime.until('after', ({ status }) => status === Status.PENDING);
    expect(runtime.service('after').waitingFor).toEqual(['web']);
    await runtime.write('well', '');
    await runtime.until('web', ({ reason }) => reason === '');
    expect((await started).get('after')).toMatchObject({ ok: true });
    expect(runtime.pid('web')).toBe(pid);
    expect(runtime.service('web').restarts).toBe(0);
  });
});

describe('a task', () => {
  test('can be run again, and each run is told apart', async () => {
    const runtime = await createRuntime();
    await runtime.open({ job: { kind: 'task', run: `sh -c 'echo once more'` } });
    for (let run = 1; run <= 3; run++) {
      expect((await runtime.start('job')).get('job')).toMatchObject({ done: true, ok: true, text: 'completed' });
      expect(runtime.service('job').run).toBe(run);
    }
    expect(await runtime.runs('job')).toHaveLength(3);
  });

  test('with a schedule runs by itself, never twice at a time, and not once it is stopped', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      job: { kind: 'task', run: `sh -c 'echo begins; sleep 0.5; echo ends'`, schedule: { every: '200ms' } },
    });
    await runtime.start('job');
    await waitFor('three runs', async () => (await runtime.runs('job')).length >= 3);
    await runtime.stop('job');
    const runs = await runtime.runs('job');
    expect(runs.slice(0, -1).map(({ cause }) => cause)).toEqual(runs.slice(1).map(() => 'by its schedule'));
    const lines = (await runtime.lines('job')).filter((line) => /begins|ends/.test(line) && line.startsWith('stdout'));
    for (let i = 1; i < lines.length; i++) expect(lines[i], lines.join()).not.toBe(lines[i - 1]);
    expect(runtime.runtime.isIdle).toBe(true);
  });

  test('that ends with a code which was declared as success is completed', async () => {
    const runtime = await createRuntime();
    await runtime.open({ job: { kind: 'task', run: `sh -c 'exit 3'`, successExitCodes: [3] } });
    expect((await runtime.start('job')).get('job')).toMatchObject({ ok: true });
  });
});

describe('what is not started with the others', () => {
  test('a manual service comes by name or when it is needed, a disabled one never, and both say so', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      usual: { run: 'sleep 600', port: 'none' },
      manual: { run: 'sleep 600', port: 'none', start: 'manual' },
      off: { run: 'sleep 600', port: 'none', start: 'disabled' },
      needs: { run: 'sleep 600', port: 'none', start: 'manual', dependsOn: ['manual'] },
      lost: { run: 'sleep 600', port: 'none', start: 'manual', dependsOn: ['off'] },
    });
    expect(runtime.runtime.defaultServices()).toEqual(['usual']);
    expect(runtime.runtime.plan(['needs'])).toEqual([{ service: 'manual', neededBy: 'needs' }]);
    const events = await runtime.start('needs');
    expect(events.get('manual')).toMatchObject({ ok: true });
    expect(events.get('needs')).toMatchObject({ ok: true });
    const refused = await runtime.start('off');
    expect(refused.get('off')).toMatchObject({ ok: false });
    expect(refused.get('off')?.text).toContain('disabled');
    expect(runtime.service('off')).toMatchObject({ disabled: true, status: Status.STOPPED });
    await runtime.start('lost');
    expect(runtime.state('lost')).toBe('ERROR blocked: off is disabled');
  });
});

describe('stopping with what needs it', () => {
  test('names each and what it needs, and ends them first', async () => {
    const runtime = await createRuntime();
    await runtime.open({
      db: { run: 'sleep 600', port: 'none' },
      api: { run: 'sleep 600', port: 'none', dependsOn: ['db'] },
      web: { run: 'sleep 600', port: 'none', dependsOn: ['api'] },
      other: { run: 'sleep 600', port: 'none' },
    });
    await runtime.start('web', 'other');
    const stops = [
      { service: 'api', needs: 'db' },
      { service: 'web', needs: 'api' },
    ];
    expect(runtime.runtime.planStop(['db'])).toEqual(stops);
    const said: string[] = [];
    const ended: string[] = [];
    await runtime.runtime.stop(['db'], { force: false, withDependents: true }, ({ service, text, done }) => {
      if (done) ended.push(service);
      else if (text.startsWith('stops too')) said.push(`${service} ${text}`);
    });
    expect(said).toEqual(['api stops too, because it needs db', 'web stops too, because it needs api']);
    expect(ended).toEqual(['web', 'api', 'db']);
    expect(runtime.state('other')).toBe('RUNNING');
    expect(runtime.runtime.planStop(['db'])).toEqual([]);
  });
});
