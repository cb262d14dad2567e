import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { dependentsOf } from '../../../renderer/state/dependents.ts';
import { DependencySchema } from '../../../shared/contract/gen/state_pb.ts';
import { makeService, stateWith } from '../../helpers/renderer/services.ts';

const needs = (name: string, ...others: string[]) =>
  makeService({ name, dependsOn: others.map((service) => create(DependencySchema, { service })) });

describe('what needs a service', () => {
  it('is found through others too, nearest first', () => {
    const { services } = stateWith([needs('db'), needs('api', 'db'), needs('web', 'api'), needs('mail')]);
    expect(dependentsOf('db', services)).toEqual(['api', 'web']);
    expect(dependentsOf('web', services)).toEqual([]);
  });

  it('ends in a circle, which a broken declaration may hold', () => {
    const { services } = stateWith([needs('a', 'b'), needs('b', 'a')]);
    expect(dependentsOf('a', services)).toEqual(['b']);
  });
});
