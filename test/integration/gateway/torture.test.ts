import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayFixture } from '../../helpers/gatewayFixture.ts';
import { findNginx, startNginx } from '../../helpers/nginx.ts';
import { requestFraming } from '../../helpers/torture/requestFraming.ts';
import { requestHeaders } from '../../helpers/torture/requestHeaders.ts';
import { requestLines } from '../../helpers/torture/requestLines.ts';
import { serviceAnswers } from '../../helpers/torture/serviceAnswers.ts';
import { upgrades } from '../../helpers/torture/upgrades.ts';
import { tortureService } from '../../helpers/tortureService.ts';
import { converse } from '../../helpers/wireClient.ts';

const groups = Object.entries({
  ...requestLines,
  ...requestFraming,
  ...requestHeaders,
  ...serviceAnswers,
  ...upgrades,
});

/** The version whose doing is recorded; others differ in details. */
const RECORDED_NGINX = '1.22.1';

let gateway: GatewayFixture;
let servicePort = 0;

beforeAll(async () => {
  gateway = new GatewayFixture({});
  gateway.port = await gateway.gateway.listen('127.0.0.1', 0);
  servicePort = await gateway.serve(tortureService());
});

afterAll(() => gateway.close());

describe.each(groups)('whatever comes is answered as it should be: %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, { steps, methods, expected }) => {
    expect(shortened(await converse(gateway.port, steps, methods))).toBe(expected);
  });
});

it('every difference to nginx has a reason', () => {
  const cases = groups.flatMap(([, group]) => Object.values(group));
  expect(cases.length).toBeGreaterThan(120);
  for (const { expected, nginx, because } of cases) {
    expect(nginx).not.toBe(expected);
    expect(Boolean(because)).toBe(nginx !== undefined);
  }
});

// What nginx does is recorded with the cases; where that very version is installed the record is checked as well.
const program = findNginx(RECORDED_NGINX);
if (program !== undefined) {
  it('nginx does what is recorded of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'micro-nginx-'));
    const nginx = await startNginx(program, folder, servicePort);
    try {
      const heard: Record<string, string> = {};
      const recorded: Record<string, string> = {};
      for (const [group, cases] of groups) {
        for (const [name, { steps, methods, expected, nginx: other }] of Object.entries(cases)) {
          heard[`${group}: ${name}`] = shortened(await converse(nginx.port, steps, methods));
          recorded[`${group}: ${name}`] = other ?? expected;
        }
      }
      expect(heard).toEqual(recorded);
    } finally {
      await nginx.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

/** Without the filling of long paths. */
function shortened(text: string): string {
  return text.replace(/p{100,}/g, '…');
}
