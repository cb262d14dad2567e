import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { draftProblem, draftsOf, toCandidates } from '../../../renderer/features/welcome/draftServices.ts';
import { CandidateSchema } from '../../../shared/contract/gen/projects_pb.ts';

const drafts = draftsOf([
  create(CandidateSchema, { name: 'web', path: 'web', run: 'npm start', dependsOn: ['api'], selected: true }),
  create(CandidateSchema, { name: 'api', path: 'api', run: 'go run .', selected: true }),
]);

describe('found services that are being edited', () => {
  it('are refused with a reason when the name or the command is not usable', () => {
    const [web, api] = drafts;
    if (!web || !api) throw new Error('two drafts were made');
    expect(draftProblem(web, drafts)).toBeUndefined();
    expect(draftProblem({ ...web, name: 'Web App' }, drafts)).toContain('lower case');
    expect(draftProblem({ ...web, run: ' ' }, drafts)).toContain('command');
    const twin = { ...api, name: 'web' };
    expect(draftProblem(twin, [web, twin])).toContain('another service');
  });

  it('keep pointing at each other when one is renamed', () => {
    const renamed = drafts.map((draft) => (draft.name === 'api' ? { ...draft, name: 'orders-api' } : draft));
    expect(toCandidates(renamed).map(({ name, dependsOn }) => ({ name, dependsOn }))).toEqual([
      { name: 'web', dependsOn: ['orders-api'] },
      { name: 'orders-api', dependsOn: [] },
    ]);
  });

  it('do not need a service that is not taken', () => {
    expect(toCandidates(drafts.slice(0, 1))[0]?.dependsOn).toEqual([]);
  });
});
