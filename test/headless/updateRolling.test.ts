import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { microProcess } from '../helpers/microProcess.ts';
import { addRemote, startRemoteServer } from '../helpers/remoteServer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

const main = (version: string): string =>
  "import http from 'node:http';\n" +
  `http.createServer((_, answer) => setTimeout(() => answer.end('${version}'), 5)).listen(process.env.PORT);\n`;

it('micro update of another server replaces what declares reload: rolling without a failed request', async () => {
  const away = await startRemoteServer();
  onTestFinished(() => away.stop());
  const home = join(await tempFolder('sender'), 'micro');
  await addRemote(home, 'staging', away);
  const project = await tempFolder('rolls');
  const write = (version: string) =>
    Promise.all([
      writeFile(join(project, 'main.mjs'), main(version)),
      writeFile(
        join(project, 'micro.yaml'),
        `name: rolls\nservices:\n  steady:\n    run: node main.mjs\n    reload: rolling\n    replicas: 2\n    version: "${version}"\n`,
      ),
    ]);
  const micro = (verb: string) =>
    microProcess([verb, project, '--environment', 'staging', '--yes', 'staging'], { home });
  await write('one');
  expect(await micro('run')).toMatchObject({ code: 0 });

  const { token } = JSON.parse(await readFile(join(away.home, 'server.json'), 'utf8')) as { token: string };
  const answers: string[] = [];
  let over = false;
  const ask = async (): Promise<void> => {
    while (!over) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${away.gateway}/steady/`, { headers }).catch((error: unknown) => String(error));
      answers.push(typeof answer === 'string' ? answer : `${answer.status} ${await answer.text()}`);
    }
  };
  const load = [ask(), ask(), ask()];
  await waitFor('there is load', () => answers.length > 100);
  for (const version of ['two', 'three']) {
    await write(version);
    expect(await micro('update')).toMatchObject({ code: 0 });
    // What was under way by then may be answered by an old copy; whatever is asked later is not.
    const from = answers.length + load.length;
    await waitFor('it is asked again', () => answers.length > from + 50);
    expect(new Set(answers.slice(from))).toEqual(new Set([`200 ${version}`]));
  }
  over = true;
  await Promise.all(load);
  expect(answers.length).toBeGreaterThan(500);
  expect(answers.filter((answer) => !/^200 (one|two|three)$/.test(answer))).toEqual([]);
}, 120_000);
