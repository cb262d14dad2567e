import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { notificationOf } from '../../../renderer/state/systemNotices.ts';
import { NoticeSchema } from '../../../shared/contract/gen/state_pb.ts';
import { makeService } from '../../helpers/renderer/services.ts';

const notice = (init: MessageInitShape<typeof NoticeSchema>) =>
  create(NoticeSchema, { id: 1, at: 1_700_000_000_000, level: 'error', service: 'orders', ...init });

describe('a message of the system', () => {
  it('has what the compiler said of a failed build', () => {
    const service = makeService({
      name: 'orders',
      build: {
        status: 'failed',
        message: 'exit code 1\n\nsrc/a.ts(3,1): error\nexpected ;\nmore\nand more\nand the rest',
      },
    });
    expect(notificationOf(notice({ code: 'build.failed', text: 'the build of orders failed' }), service)).toEqual({
      title: 'The build of orders failed',
      body: 'src/a.ts(3,1): error\nexpected ;\nmore\nand more',
      service: 'orders',
      at: 1_700_000_000_000,
    });
  });

  it('says how a service keeps crashing', () => {
    const text = 'orders keeps crashing: exit code 3';
    expect(notificationOf(notice({ code: 'service.failed', text }), undefined)).toEqual({
      title: 'orders keeps crashing',
      body: text,
      service: 'orders',
      at: 1_700_000_000_000,
    });
  });

  it.each([
    ['of a lesser level', { code: 'build.failed', level: 'warn' }],
    ['of another code', { code: 'watch.limited' }],
    ['that names no service', { code: 'service.failed', service: '' }],
  ])('is not made of a notice %s', (_what, init) => {
    expect(notificationOf(notice(init), undefined)).toBeUndefined();
  });
});
