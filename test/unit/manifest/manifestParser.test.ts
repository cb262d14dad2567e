import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type ManifestOs, parseManifest, problemText } from '../../../electron/server/project/manifestParser.ts';
import type { ServiceSpec } from '../../../electron/server/project/serviceSpec.ts';

function problems(text: string): string[] {
  const result = parseManifest(text, '/home/ada/shop', 'micro.yaml', 'linux');
  return result.ok ? [] : result.problems.map((problem) => problemText('micro.yaml', problem));
}

function parse(text: string, os: ManifestOs = 'linux') {
  const result = parseManifest(text, '/home/ada/shop', '/home/ada/shop/micro.yaml', os);
  if (!result.ok) throw new Error(result.problems.map((problem) => problemText('micro.yaml', problem)).join('\n'));
  return result.manifest;
}

function service(text: string, os?: ManifestOs): ServiceSpec {
  return parse(text, os).services[0] as ServiceSpec;
}

describe('what is wrong in micro.yaml', () => {
  test('an unknown key is told with its place and the nearest known one', () => {
    expect(
      problems('name: shop\nservices:\n  orders:\n    run: node x\n    dependOn: [catalog]\n  catalog: node y\n'),
    ).toEqual(['micro.yaml:5:5: services.orders: unknown key "dependOn". Did you mean "dependsOn"?']);
    expect(problems('nmae: shop\nservices: {}\n')).toEqual([
      'micro.yaml:1:1: unknown key "nmae". Did you mean "name"?',
    ]);
  });

  test('an unknown key with nothing near it is told with what is known there', () => {
    expect(problems('services:\n  a:\n    run: x\n    stop: { xylophone: 1 }\n')).toEqual([
      'micro.yaml:4:13: services.a.stop: unknown key "xylophone". Known here: signal, graceMs, command.',
    ]);
  });

  test('a value of the wrong kind is told with the value', () => {
    expect(problems('services:\n  a:\n    run: x\n    replicas: many\n')).toEqual([
      'micro.yaml:4:15: services.a.replicas: "many" is not a number',
    ]);
    expect(problems('services:\n  a:\n    run: x\n    port: 70000\n')).toEqual([
      'micro.yaml:4:11: services.a.port: 70000 is more than 65535',
    ]);
    expect(problems('services:\n  a:\n    run: x\n    reload: roling\n')).toEqual([
      'micro.yaml:4:13: services.a.reload: "roling" is none of rolling, restart, none. Did you mean "rolling"?',
    ]);
  });

  test('a dependency that does not exist is told with the nearest service', () => {
    expect(problems('services:\n  api: { run: x, dependsOn: [catalgo] }\n  catalog: y\n')).toEqual([
      'micro.yaml:2:30: services.api.dependsOn: there is no service "catalgo". Did you mean "catalog"?',
    ]);
    expect(problems('services:\n  api:\n    run: x\n    dependsOn: { db: ready }\n')).toEqual([
      'micro.yaml:4:18: services.api.dependsOn: there is no service "db". Services here: api.',
    ]);
  });

  test('all mistakes are told at once, from top to bottom', () => {
    const told = problems('services:\n  A:\n    run: x\n  b:\n    rum: y\n  c: { run: z, port: 0 }\n');
    expect(told.map((line) => line.replace(/^micro\.yaml:(\d+):.*$/, '$1'))).toEqual(
      ['2', '4', '5', '6'].filter((line) => told.some((t) => t.startsWith(`micro.yaml:${line}:`))),
    );
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told[0]).toContain('"A" cannot be the name of a service');
  });

  test('YAML that is none is told with its place', () => {
    expect(problems('services:\n  a: [1\n  b: 2\n')[0]).toMatch(/^micro\.yaml:\d+:\d+: /);
    expect(problems('services:\n  a: x\n  a: y\n')[0]).toMatch(/^micro\.yaml:3:3: .*unique/);
  });

  test('an empty file, or one without services, is told', () => {
    expect(problems('')).toEqual(['micro.yaml:1:1: the file is empty. Add a services: map.']);
    expect(problems('name: shop\n')).toEqual(['micro.yaml:1:1: services: is missing (a map expected)']);
  });

  test('a command with a quote that does not end is told at its place, wherever commands stand', () => {
    expect(problems(`services:\n  a: node "x\n`)[0]).toMatch(
      /^micro\.yaml:2:6: services\.a\.run: .*quote " is not closed/,
    );
    expect(problems(`services:\n  a:\n    run: x\n    ready:\n      exec: check 'it\n`)[0]).toMatch(
      /^micro\.yaml:5:13: services\.a\.ready\.exec: /,
    );
    expect(problems(`services:\n  a:\n    run: x\n    os: { linux: { build: make 'all } }\n`)[0]).toMatch(
      /^micro\.yaml:4:27: services\.a\.build: /,
    );
  });

  test('values that do not go together are told', () => {
    expect(problems('services:\n  a: { run: x, replicas: 2, port: 4000 }\n')[0]).toContain(
      '2 copies cannot share port 4000',
    );
    expect(problems('services:\n  a: { run: x, port: 4000 }\n  b: { run: y, port: 4000 }\n')[0]).toContain(
      'port 4000 is already the port of a',
    );
    expect(problems('services:\n  a: { kind: external }\n')[0]).toContain('needs an address');
    expect(problems('services:\n  a: { port: 4000 }\n')[0]).toContain('run is missing');
    expect(problems('services:\n  a: { run: x, schedule: { every: 1m } }\n')[0]).toContain(
      'only tasks run on a schedule',
    );
    expect(problems('services:\n  a: { run: x, port: none, ready: { http: / } }\n')[0]).toContain('port is none');
    expect(problems('services:\n  a: { run: x, ready: { tcp: true, http: / } }\n')[0]).toMatch(
      /^micro\.yaml:2:\d+: services\.a\.ready: .*one of/,
    );
  });

  test('what could only fail later is told now: patterns, schedules, addresses', () => {
    expect(problems('services:\n  a: { run: x, ready: { log: "/(/" } }\n')[0]).toBe(
      'micro.yaml:2:30: services.a.ready.log: "/(/": this regular expression cannot be used',
    );
    const schedule = (text: string) => problems(`services:\n  a: { run: x, kind: task, schedule: ${text} }\n`)[0] ?? '';
    expect(schedule('{ cron: "61 * * * *" }')).toMatch(/^micro\.yaml:2:\d+: services\.a\.schedule: "61 \* \* \* \*": /);
    expect(schedule('{ cron: "0 * * * *", timezone: Nowhere/Town }')).toContain('services.a.schedule');
    expect(schedule('{ cron: "*/5 * * * *", timezone: Europe/Paris }')).toBe('');
    for (const address of ['db', '"http://[x"', 'db:99999', '"1 2:3"']) {
      expect(problems(`services:\n  db: { kind: external, address: ${address} }\n`)[0]).toContain('is no address');
    }
  });

  test('an alias bomb is refused instead of filling the memory', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(10)}]`),
    ].join('\n');
    expect(problems(bomb)).toHaveLength(1);
  });

  test('a circle of dependencies leaves the project usable and is written out at its place', () => {
    const manifest = parse('services:\n  ok: a\n  x: { run: x, dependsOn: [y] }\n  y: { run: y, dependsOn: [x] }\n');
    expect(manifest.warnings).toMatchObject([
      { code: 'service.cycle', line: 3, column: 3, text: 'services depend on each other in a circle: x → y → x' },
    ]);
    expect(manifest.services.map(({ cycle }) => cycle)).toEqual([undefined, 'x → y → x', 'y → x → y']);
  });
});

describe('what micro.yaml says', () => {
  test('a bare command is a service with every default', () => {
    expect(service('services: { web: node main.js }')).toMatchObject({
      name: 'web',
      project: 'shop',
      kind: 'service',
      start: 'auto',
      folder: '/home/ada/shop',
      command: { text: 'node main.js', argv: ['node', 'main.js'], shell: false },
      port: 'maybe',
      ready: { by: 'quiet' },
      watch: undefined,
      restart: { policy: 'on-failure', maxPerMinute: 10 },
      stop: { signal: 'SIGTERM', graceMs: 10_000 },
      replicas: 1,
      move: true,
      language: 'js',
      declaredAt: '/home/ada/shop/micro.yaml:1',
    });
  });

  test('a line that needs a shell goes through one', () => {
    expect(service('services: { web: "cd api && python3 main.py" }')).toMatchObject({
      command: { shell: true, argv: ['/bin/sh', '-c', 'cd api && exec python3 main.py'] },
      language: 'py',
    });
  });

  test('a list of dependencies waits for tasks to be completed and for services to be ready', () => {
    const [api] = parse(
      'services:\n  api: { run: x, dependsOn: [seed, db] }\n  seed: { run: s, kind: task }\n  db: d\n',
    ).services;
    expect(api?.dependsOn).toEqual([
      { service: 'seed', condition: 'completed' },
      { service: 'db', condition: 'ready' },
    ]);
  });

  test('values for one system replace the others there', () => {
    const text = 'services:\n  a: { run: ./start.sh, os: { windows: { run: start.bat } } }\n';
    expect(service(text, 'windows').command?.text).toBe('start.bat');
    expect(service(text, 'macos').command?.text).toBe('./start.sh');
  });

  test('spans of time are milliseconds', () => {
    expect(
      service('services: { a: { run: x, ready: { http: /, interval: 1.5s, timeout: 250, within: 2m } } }').ready,
    ).toEqual({
      by: 'http',
      http: '/',
      intervalMs: 1500,
      timeoutMs: 250,
      withinMs: 120_000,
    });
  });

  test('null takes a variable away, numbers and booleans become text', () => {
    expect(service('services: { a: { run: x, env: { A: 1, B: true, C: null } } }').env).toEqual({
      A: '1',
      B: 'true',
      C: null,
    });
  });
});

describe('any text', () => {
  test('is parsed without an exception, and a refusal has a place inside the text', () => {
    const word = fc.constantFrom(
      'services',
      'name',
      'run',
      'dependsOn',
      'ready',
      'http',
      'stop',
      'os',
      'linux',
      'a',
      'A b',
      '',
      '__proto__',
      'toString',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1, 4000, 'x', 'node "x', '/', '5m', '*', 'ready'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      tree.map((value) => stringify(value)),
      tree.map((value) => stringify({ services: value })),
      tree.map((value) => stringify({ services: { a: value, b: { run: 'x', dependsOn: value } } })),
    );
    fc.assert(
      fc.property(text, (source) => {
        const result = parseManifest(source, '/home/ada/shop', 'micro.yaml');
        if (result.ok) return;
        const lines = source.split('\n').length;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { line, column, text: said } of result.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(said).not.toBe('');
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
