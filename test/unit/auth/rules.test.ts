import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceCaller } from '../../../electron/server/auth/caller.ts';
import { defaultRules } from '../../../electron/server/auth/defaultRules.ts';
import { isGranted, type Resource, type Rule } from '../../../electron/server/auth/rules.ts';

/** The same said slowly, as micro's documents tell it: keep what matches, sort, take the first that fits. */
function plainly(rules: readonly Rule[], scopes: readonly string[] | undefined, resource: Resource): boolean {
  const low = (texts: readonly string[]): string[] => texts.map((text) => text.toLowerCase());
  const parts = resource.endpoint.split('/');
  const above = parts.length > 1 ? parts.map((_, i) => `${parts.slice(0, i + 1).join('/')}/*`) : [];
  const sorted = rules
    .filter((rule) => low(['*', resource.type]).includes(rule.resource.type.toLowerCase()))
    .filter((rule) => low(['*', resource.name]).includes(rule.resource.name.toLowerCase()))
    .filter((rule) => low(['*', resource.endpoint, ...above]).includes(rule.resource.endpoint.toLowerCase()))
    .map((rule, index) => ({ rule, index }))
    .sort((a, b) => b.rule.priority - a.rule.priority || a.index - b.index);
  for (const { rule } of sorted) {
    if (rule.scope === '') return rule.access === 'granted';
    if (scopes === undefined) continue;
    if (rule.scope === '*' || low(scopes).includes(rule.scope.toLowerCase())) return rule.access === 'granted';
  }
  return false;
}

const type = fc.constantFrom('service', 'core', 'SERVICE');
const name = fc.constantFrom('orders', 'Orders', 'store');
const endpoint = fc.constantFrom('Store.Read', 'store.read', '/', '/a', '/a/b', '/A/b/c', '/ab', 'a/b', '');
const wild = fc.constantFrom('*', '/*', '/a/*', '/a/b/*', 'a/*', '/A/*');
const scope = fc.constantFrom('', '*', 'admin', 'Admin', 'service', 'reports');
const rule = fc.record<Rule>({
  id: fc.string(),
  scope,
  resource: fc.record({
    type: fc.oneof(type, fc.constant('*')),
    name: fc.oneof(name, fc.constant('*')),
    endpoint: fc.oneof(endpoint, wild),
  }),
  access: fc.constantFrom('granted', 'denied'),
  priority: fc.integer({ min: -2, max: 2 }),
});
const scopes = fc.option(fc.array(fc.constantFrom('admin', 'service', 'reports', 'Reports')), { nil: undefined });

describe('rules', () => {
  it('decide as micro decides, whatever rules there are', () => {
    const resource = fc.record({ type, name, endpoint });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), scopes, resource, (rules, held, about) => {
        expect(isGranted(rules, held, about)).toBe(plainly(rules, held, about));
      }),
      { numRuns: 5_000 },
    );
  });

  it('a higher priority wins over the order, and no rule means no', () => {
    const about: Resource = { type: 'service', name: 'orders', endpoint: '/admin/users' };
    const open: Rule = { id: 'open', scope: '', resource: { ...about, endpoint: '*' }, access: 'granted', priority: 0 };
    const closed: Rule = {
      id: 'closed',
      scope: '',
      resource: { ...about, endpoint: '/admin/*' },
      access: 'denied',
      priority: 1,
    };
    expect(isGranted([open, closed], undefined, about)).toBe(false);
    expect(isGranted([open, closed], undefined, { ...about, endpoint: '/basket' })).toBe(true);
    expect(isGranted([], ['admin'], about)).toBe(false);
  });
});

describe('the rules of a new namespace', () => {
  const { scopes: service } = serviceCaller('orders');
  const core = (path: string): Resource => {
    const [packageName = '', handler = '', method = ''] = path.split(/[.]/);
    return { type: 'core', name: packageName, endpoint: `${handler}.${method}` };
  };

  it.each([
    'store.Store.Write',
    'store.BlobStore.Read',
    'records.Records.Apply',
    'config.Config.Get',
    'config_history.ConfigHistory.Watch',
    'events.Stream.Publish',
    'broker.Broker.Subscribe',
    'registry.Registry.Register',
  ])('let a service use %s', (path) => {
    expect(isGranted(defaultRules, service, core(path))).toBe(true);
  });

  it.each([
    'desktop.Desktop.Restart',
    'desktop.Terminals.Open',
    'runtime.Runtime.Delete',
    'config.Config.Set',
    'config_history.ConfigHistory.RollBack',
    'records.Records.Snapshot',
    'records.Records.Restore',
    'sockets..',
    'debug.Debug.Log',
  ])('keep %s from services, and let the user do it', (path) => {
    expect(isGranted(defaultRules, service, core(path))).toBe(false);
    expect(isGranted(defaultRules, ['admin'], core(path))).toBe(true);
    expect(isGranted(defaultRules, undefined, core(path))).toBe(false);
  });

  it('let everybody ask services', () => {
    expect(isGranted(defaultRules, undefined, { type: 'service', name: 'orders', endpoint: '/basket' })).toBe(true);
  });
});
