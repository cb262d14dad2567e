import { describe, expect, it } from 'vitest';
import { builderError, type FailedRun } from '../../../electron/server/runtime/kubernetes/builderError.ts';

const failed = (run: Partial<FailedRun>) =>
  builderError({
    service: 'web',
    program: 'docker',
    doing: 'build',
    image: 'registry.test/team/web:1',
    output: '',
    ...run,
  });

describe('what a builder says', () => {
  it('of a step of docker is told with its number and words', () => {
    const output = [
      '#7 [build 3/5] RUN npm ci',
      '#7 1.2 npm error code ENOTFOUND',
      '#7 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
    ].join('\n');
    expect(failed({ output })).toMatchObject({
      code: 'image.failed',
      message: expect.stringContaining('failed at step 3/5 (RUN npm ci): ') as string,
      next: 'Everything that it said is in its log: micro logs web.',
    });
  });

  it.each([
    [
      'docker',
      'ERROR: failed to resolve source metadata for docker.io/library/node:22-slim: not found',
      'docker.io/library/node:22-slim',
    ],
    [
      'podman',
      'STEP 1/5: FROM node:22-slim\nError: creating build container: dial tcp: lookup x: no such host',
      'node:22-slim',
    ],
    [
      'podman',
      '[1/2] STEP 1/4: FROM golang:1.24 AS build\nError: initializing source docker://golang:1.24',
      'golang:1.24',
    ],
  ])('%s: a base that is not to be had is named', (program, output, base) => {
    expect(failed({ program, output })).toMatchObject({
      code: 'image.no-base',
      message: expect.stringContaining(`the image ${base}, `) as string,
      retryable: true,
    });
  });

  it.each([
    ['write /var/lib/x: no space left on device', 'podman', 'podman system prune'],
    ['npm error code ENOSPC', 'docker', 'docker system prune'],
    ['copying: disk quota exceeded', 'buildah', 'buildah prune'],
  ])('"%s" is no space', (output, program, next) => {
    expect(failed({ output, program })).toMatchObject({
      code: 'image.no-space',
      next: `Take away what is not used any more: ${next}.`,
    });
  });

  it.each([
    ['denied: requested access to the resource is denied', 'image.denied'],
    ['unauthorized: authentication required', 'image.denied'],
    ['dial tcp 10.0.0.1:443: connect: connection refused', 'image.unreachable'],
    ['http: server gave HTTP response to HTTPS client', 'image.unreachable'],
    ['received unexpected HTTP status: 500 Internal Server Error', 'image.failed'],
  ])('of a push: "%s" is %s', (output, code) => expect(failed({ doing: 'push', output })).toMatchObject({ code }));

  it('is told without colours, and that there was nothing is said too', () => {
    expect(failed({ doing: 'load', output: '\u001b[31mno nodes\u001b[0m\n' }).message).toMatch(/: no nodes$/);
    expect(failed({ output: '' }).message).toMatch(/: it said nothing$/);
  });
});
