import { delimiter } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packagedNodeFolder } from '../../../electron/server/host/packagedNode.ts';
import { withFallback } from '../../../electron/server/host/shellEnvironment.ts';

describe("a packaged app's own Node", () => {
  test('lies in the resources of the app, and only a packaged app has one', () => {
    const bundle = '/opt/Micro Desktop/resources/app.asar.unpacked/dist/node';
    expect(packagedNodeFolder('25.1.1', bundle)).toBe('/opt/Micro Desktop/resources/node');
    expect(packagedNodeFolder(undefined, bundle)).toBeUndefined();
    expect(packagedNodeFolder('25.1.1', '/home/ann/micro/dist/node')).toBeUndefined();
  });

  test('comes last on PATH, once, so that any other Node comes first', () => {
    const path = ['/usr/bin', '/bin'].join(delimiter);
    expect(withFallback({ PATH: path }, '/app/node')).toEqual({ PATH: `${path}${delimiter}/app/node` });
    expect(withFallback(withFallback({ Path: path }, '/app/node'), '/app/node')).toEqual({
      Path: `${path}${delimiter}/app/node`,
    });
    expect(withFallback({}, '/app/node')).toEqual({ PATH: '/app/node' });
    expect(withFallback({ PATH: path }, undefined)).toEqual({ PATH: path });
  });
});
