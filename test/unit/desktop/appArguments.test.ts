import { describe, expect, test } from 'vitest';
import { ownWords, parseAppArguments, commandLineProblem } from '../../../electron/desktop/appArguments.ts';

describe('the app’s command line', () => {
  test('begins after the path of the app, whatever switches stand before it', () => {
    const argv = ['/opt/electron', '--inspect=0', '-r', '/tmp/driver.js', '--no-sandbox', '.', '--project', 'shop'];
    expect(ownWords(argv, '/src/app', '/src/app')).toEqual(['--project', 'shop']);
    expect(ownWords(['/opt/electron', '/src/app', 'shop'], '/src/app', '/home/me')).toEqual(['shop']);
  });

  test('of a packaged app is all of it', () => {
    expect(ownWords(['/opt/micro-desktop', '--project', 'shop'], undefined, '/')).toEqual(['--project', 'shop']);
  });

  test('folders are taken relative to where the launch came from', () => {
    expect(parseAppArguments(['--project', 'shop', '../other'], '/home/me').projects).toEqual([
      '/home/me/shop',
      '/home/other',
    ]);
  });

  test('the same folder twice is one project', () => {
    expect(parseAppArguments(['--project=shop', '--project', './shop'], '/home/me').projects).toEqual([
      '/home/me/shop',
    ]);
  });

  test('a service is named by --open or by a link', () => {
    expect(parseAppArguments(['--open', 'orders'], '/').service).toBe('orders');
    expect(parseAppArguments(['micro://service/orders?x=1'], '/').service).toBe('orders');
  });

  test('a link can only navigate: everything else in it is ignored', () => {
    for (const link of [
      'micro://run?cmd=touch%20/tmp/x',
      'micro://service/%E0%A4%A',
      'micro://service/UPPER',
      `micro://service/${'a'.repeat(100_000)}`,
    ]) {
      expect(parseAppArguments([link], '/')).toEqual({ projects: [] });
    }
  });

  test('switches of Chromium and of the system are left alone', () => {
    expect(parseAppArguments(['--no-sandbox', '--inspect=0', '-psn_0_123'], '/home/me')).toEqual({ projects: [] });
  });

  test('an option without its value asks for nothing', () => {
    expect(parseAppArguments(['--home'], '/')).toEqual({ projects: [] });
    expect(parseAppArguments(['--project'], '/')).toEqual({ projects: [] });
  });
});

test('DT-08 a command line that would make Chromium kill the running app is refused before it gets there', () => {
  expect(commandLineProblem(['electron', '--project', '/home/ann/shop', 'micro://service/web'])).toBeUndefined();
  expect(commandLineProblem(['electron', `micro://service/${'a'.repeat(100_000)}`])).toContain('100016 characters');
  expect(commandLineProblem(Array.from({ length: 40 }, () => '/'.repeat(1_000)))).toContain('too long');
});
