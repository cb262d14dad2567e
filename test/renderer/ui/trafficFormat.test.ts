import { describe, expect, it } from 'vitest';
import { outcomeText, outcomeTone } from '../../../renderer/ui/CallStatus.tsx';
import { formatCount, formatLatency, formatRate, formatShare } from '../../../renderer/ui/trafficFormat.ts';

describe('figures of calls', () => {
  it.each([
    [0, '0/s'],
    [0.001, '1/min'],
    [0.05, '3/min'],
    [0.8, '0.8/s'],
    [6, '6/s'],
    [24.4, '24/s'],
    [12_400, '12k/s'],
  ])('%d calls a second are %s', (rate, text) => expect(formatRate(rate)).toBe(text));

  it.each([
    [0, '0 ms'],
    [0.02, '0.1 ms'],
    [0.42, '0.4 ms'],
    [8.4, '8 ms'],
    [999.6, '1 s'],
    [1234, '1.2 s'],
    [42_000, '42 s'],
    [120_000, '2 min'],
  ])('%d ms are %s', (ms, text) => expect(formatLatency(ms)).toBe(text));

  it('neither few nor nearly all failures are rounded away', () => {
    expect([0, 0.00001, 0.004, 0.12, 0.9999, 1].map(formatShare)).toEqual([
      '0 %',
      '0.1 %',
      '0.4 %',
      '12 %',
      '99 %',
      '100 %',
    ]);
  });

  it('one is not many', () => {
    expect([formatCount(1, 'call'), formatCount(2104, 'call')]).toEqual(['1 call', '2,104 calls']);
  });
});

describe('the outcome of a call', () => {
  const call = { status: 200, error: '', failed: false };

  it('is the HTTP status, or the gRPC status by name', () => {
    expect(outcomeText(call)).toBe('200');
    expect(outcomeText({ ...call, grpcStatus: 0 })).toBe('OK');
    expect(outcomeText({ ...call, grpcStatus: 5, failed: true })).toBe('NOT_FOUND');
    expect(outcomeText({ ...call, status: 503, grpcStatus: 14, failed: true })).toBe('503');
  });

  it('a caller that left is no failure', () => {
    const left = { ...call, status: 0 };
    expect([outcomeText(left), outcomeTone(left)]).toEqual(['left', 'idle']);
    expect(outcomeTone({ ...call, status: 404, failed: true })).toBe('warn');
    expect(outcomeTone({ ...call, status: 502, failed: true })).toBe('bad');
  });
});
