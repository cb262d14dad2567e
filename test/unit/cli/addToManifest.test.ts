import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { addToManifest } from '../../../electron/cli/addToManifest.ts';

const service = { path: 'greeter', run: 'node main.mjs', ready: { http: '/healthz' } };
const add = (text: string): string => addToManifest(text, 'micro.yaml', 'greeter', service);

it('stands behind the last service, and every other byte stays as it is', () => {
  const text = `# the shop
name:   shop
services:
    # sells
    catalog:
        run: "node catalog.mjs"   # quick
        env: {A: '1',
              B: 2}
    cart: { run: node cart.mjs } # one line

# defaults for all
env: { LEVEL: debug }
`;
  const lines = `    greeter:
      path: greeter
      run: node main.mjs
      ready: { http: /healthz }
`;
  const changed = add(text);
  expect(changed).toBe(text.replace('# one line\n', `# one line\n${lines}`));
  expect((parse(changed) as { services: object }).services).toHaveProperty('greeter', service);
});

it('also where the file ends without a line end, has Windows line ends, or says nothing of services', () => {
  expect(add('services:\n  a:\n    run: x')).toBe(
    'services:\n  a:\n    run: x\n  greeter:\n    path: greeter\n    run: node main.mjs\n    ready: { http: /healthz }\n',
  );
  expect(add('services:\r\n  a:\r\n    run: x\r\n')).not.toMatch(/[^\r]\n/);
  for (const text of ['', 'name: shop # mine\n', 'services: {}\n', 'services:\n', 'services: { a: { run: x } }\n']) {
    const before = (parse(text) ?? {}) as { services?: object | null };
    const after = parse(add(text)) as { services: object };
    expect(after).toEqual({ ...before, services: { ...before.services, greeter: service } });
  }
  expect(add('name: shop # mine\n')).toContain('# mine');
});

it('refuses a name that is taken, and a file that is broken before or after', () => {
  expect(() => add('services:\n  greeter: { run: x }\n')).toThrow('has a service "greeter" already');
  expect(() => add('services: [\n')).toThrow('micro.yaml: ');
  expect(() => add('nonsense: 1\n')).toThrow('nonsense');
});

it('whatever the services are called and run, they stay and the new one comes last', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((one) => one !== 'greeter');
  const command = fc.stringMatching(/^[a-z]+( [\w#:'"{}-]{1,8}){0,3}$/);
  const comment = fc.stringMatching(/^( #[ \w:]{0,12})?$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(name, command, comment), { selector: ([one]) => one, minLength: 1 }),
      (entries) => {
        const lines = entries.map(([one, run, note]) => `  ${one}:${note}\n    run: ${JSON.stringify(run)}${note}\n`);
        const text = `services:\n${lines.join('')}`;
        const changed = add(text);
        expect(changed.startsWith(text)).toBe(true);
        const { services } = parse(changed) as { services: Record<string, { run: string }> };
        expect(Object.keys(services)).toHaveLength(entries.length + 1);
        for (const [one, run] of entries) expect(services[one]?.run).toBe(run);
      },
    ),
  );
});
