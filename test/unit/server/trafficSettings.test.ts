import { expect, it } from 'vitest';
import { TrafficSettings } from '../../../electron/server/trafficSettings.ts';
import { Emitter } from '../../../electron/server/base/event.ts';
import { defaultSettings, type Settings } from '../../../shared/contract/settings.ts';
import { FakeClock } from '../../helpers/fakes/fakeClock.ts';

it('a request belongs in the access log by what held when it came', async () => {
  const clock = new FakeClock();
  const changes = new Emitter<Settings>();
  let settings = defaultSettings;
  const read = () => Promise.resolve({ settings, problem: undefined });
  const traffic = new TrafficSettings({ read, onDidChange: changes.event }, clock);
  await traffic.load();
  const turn = (accessLog: boolean): void => {
    settings = { ...defaultSettings, traffic: { ...defaultSettings.traffic, accessLog } };
    changes.fire(settings);
  };
  const early = clock.now();
  expect(traffic.isLogged(early)).toBe(true);
  turn(false);
  expect(traffic.isLogged(clock.now())).toBe(false);
  await clock.advance(10);
  turn(true);
  expect(traffic.isLogged(early)).toBe(false);
  expect(traffic.isLogged(clock.now())).toBe(true);
  traffic.dispose();
  changes.dispose();
});
