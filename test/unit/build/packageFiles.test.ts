import { describe, expect, test } from 'vitest';

interface PackageRequest {
  type: string;
  architecture: string;
  files: { from: string; to: string }[];
}
interface PackageFiles {
  parsePackageArguments(words: string[]): PackageRequest;
  controlFile(request: PackageRequest, kilobytes: number): string;
  specFile(
    request: PackageRequest,
    parts: { payload: string; paths: { path: string; isFolder: boolean }[]; post: string; postun: string },
  ): string;
}

const { parsePackageArguments, controlFile, specFile } = (await import(
  '../../../build/packages/packageFiles.mjs' as string
)) as PackageFiles;

const words = (type: string): string[] => [
  ...['-s', 'dir', '--force', '-t', type, '-d', 'libgtk-3-0', '-d', 'xdg-utils', '--architecture', 'amd64'],
  ...['--name', 'micro-desktop', '--version', '1.2.0-beta.1', '--maintainer', 'Ann', '--vendor', 'Ann'],
  ...[
    '--url',
    'about:blank',
    '--license',
    'MIT',
    '--package',
    '/out/it',
    '--description',
    'Short\n First line.\n Second.',
  ],
  ...['/build/linux-unpacked/=/opt/Micro Desktop', '/tmp/a=b.desktop=/usr/share/applications/m.desktop'],
];

describe('packages for Debian and Fedora', () => {
  test('a control file has what was asked for, and no address that nobody knows', () => {
    const request = parsePackageArguments(words('deb'));
    expect(request.files).toEqual([
      { from: '/build/linux-unpacked/', to: '/opt/Micro Desktop' },
      { from: '/tmp/a=b.desktop', to: '/usr/share/applications/m.desktop' },
    ]);
    expect(controlFile(request, 42)).toBe(
      [
        'Package: micro-desktop',
        'Version: 1.2.0-beta.1',
        'Architecture: amd64',
        'Maintainer: Ann',
        'Installed-Size: 42',
        'Depends: libgtk-3-0, xdg-utils',
        'Section: devel',
        'Priority: optional',
        'Description: Short',
        ' First line.',
        ' Second.',
        '',
      ].join('\n'),
    );
  });

  test('a spec file says the machine and the version as Fedora does, and takes % as a letter', () => {
    const request = parsePackageArguments(words('rpm'));
    const paths = [
      { path: '/opt/Micro Desktop', isFolder: true },
      { path: '/opt/Micro Desktop/100%', isFolder: false },
    ];
    const text = specFile(request, { payload: 'w1.gzdio', paths, post: '#!/bin/sh\necho "${x%% *}"\n', postun: '' });
    expect(request.architecture).toBe('x86_64');
    expect(text).toContain('\nVersion: 1.2.0~beta.1\n');
    expect(text).toContain('\n%dir "/opt/Micro Desktop"\n"/opt/Micro Desktop/100%%"\n');
    expect(text).toContain('\n%post\necho "${x%%%% *}"\n');
    expect(text).not.toContain('#!/bin/sh');
  });

  test('what is not understood is an error, so that no wish is dropped', () => {
    expect(() => parsePackageArguments(['-t', 'deb', '--deb-systemd', 'x'])).toThrow('--deb-systemd');
    expect(() => parsePackageArguments(['-t', 'pacman', '--description', 'x'])).toThrow('pacman');
    expect(() => parsePackageArguments(['-t', 'deb', '--description', 'x', '/no/target'])).toThrow('/no/target');
  });
});
