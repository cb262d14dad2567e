import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { describeDoing, describeOutcome, outcomeOf } from '../../../renderer/state/actionOutcome.ts';
import { ActionEventSchema } from '../../../shared/contract/gen/actions_pb.ts';

const ended = (service: string, ok: boolean, text = '') =>
  create(ActionEventSchema, { service, done: true, ok, text, lastLines: ok ? [] : ['panic'] });

describe('the outcome of an action', () => {
  it('is what the last event of each service says, not what was asked for', () => {
    const outcome = outcomeOf([
      create(ActionEventSchema, { service: 'orders', text: 'starting' }),
      ended('orders', true),
      ended('payments', false, 'exit 2'),
    ]);
    expect(outcome.succeeded).toEqual(['orders']);
    expect(outcome.failed).toEqual([{ service: 'payments', text: 'exit 2', lastLines: ['panic'] }]);
  });

  it('is told in words', () => {
    expect(describeDoing('start', ['orders'])).toBe('Starting orders');
    expect(describeDoing('stop', ['a', 'b'])).toBe('Stopping 2 services');
    expect(describeOutcome('start', outcomeOf([ended('orders', true)]))).toBe('orders started');
    expect(describeOutcome('start', outcomeOf([ended('orders', false)]))).toBe('orders did not start');
    expect(describeOutcome('restart', outcomeOf([ended('a', true), ended('b', false)]))).toBe(
      '1 of 2 services did not restart',
    );
    expect(describeOutcome('stop', outcomeOf([]))).toBe('Nothing to do');
  });
});
