import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings, settingsProblems, settingsSchema } from '../../../shared/contract/settings.ts';

describe('settings', () => {
  it('what is absent has its default', () => {
    expect(settingsSchema.parse({})).toEqual(defaultSettings);
    expect(settingsSchema.parse({ logs: { maxAgeDays: 7 } }).logs).toEqual({ ...defaultSettings.logs, maxAgeDays: 7 });
  });

  it.each([
    [{ log: {} }, 'there is no setting log (known here: logs, traffic, events, auth)'],
    [
      { events: { maxAge: 3 } },
      'there is no setting events.maxAge (known here: maxTopicMegabytes, maxTopicEvents, maxAgeHours, topics)',
    ],
    [
      { events: { topics: { orders: { topics: {} } } } },
      'there is no setting events.topics.orders.topics (known here: maxTopicMegabytes, maxTopicEvents, maxAgeHours)',
    ],
    [
      { events: { topics: { orders: { maxAgeHours: -1 } } } },
      'events.topics.orders.maxAgeHours is -1, and has to be at least 0',
    ],
    [
      { logs: { maxAge: 3 } },
      'there is no setting logs.maxAge (known here: maxServiceMegabytes, maxTotalMegabytes, maxAgeDays)',
    ],
    [{ logs: { maxAgeDays: -3 } }, 'logs.maxAgeDays is -3, and has to be at least 0'],
    [{ logs: { maxAgeDays: '30' } }, 'logs.maxAgeDays is "30", and has to be a number'],
    [{ logs: { maxTotalMegabytes: 1 } }, 'logs.maxTotalMegabytes is 1, and has to be at least 16'],
    [{ logs: { maxServiceMegabytes: 1e9 } }, 'logs.maxServiceMegabytes is 1000000000, and may be at most 1000000'],
    [{ logs: [] }, 'logs is [], and has to be an object'],
    [{ traffic: { accessLog: 1 } }, 'traffic.accessLog is 1, and has to be true or false'],
    [{ traffic: { log: true } }, 'there is no setting traffic.log (known here: accessLog, keptBodyKilobytes)'],
    [[], 'the whole is [], and has to be an object'],
  ])('%j: %s', (value, problem) => {
    expect(settingsProblems(value)).toEqual([problem]);
  });

  it('any JSON is either settings or has a problem that can be said', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const problems = settingsProblems(value);
        expect(problems.length > 0).toBe(!settingsSchema.safeParse(value).success);
        for (const problem of problems) expect(problem.length).toBeGreaterThan(10);
      }),
    );
  });
});
