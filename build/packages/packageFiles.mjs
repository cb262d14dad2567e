/**
 * @typedef {object} PackageRequest what a deb or rpm is made of
 * @property {'deb' | 'rpm'} type
 * @property {string} name
 * @property {string} version
 * @property {string} architecture in the system's own word, e.g. `amd64` for deb and `x86_64` for rpm
 * @property {string} maintainer
 * @property {string | undefined} url
 * @property {string | undefined} license
 * @property {string | undefined} category
 * @property {string | undefined} priority
 * @property {string} summary
 * @property {string} description
 * @property {string | undefined} compression
 * @property {string | undefined} afterInstall file of a script
 * @property {string | undefined} afterRemove file of a script
 * @property {string} package file to write
 * @property {string[]} depends
 * @property {string[]} recommends
 * @property {{from: string, to: string}[]} files from a file, or a folder when it ends with `/`
 */

/** Options of fpm with a value that are used here; any other is an error, so that none is ignored silently. */
const VALUES = {
  '-t': 'type',
  '-s': 'source',
  '--name': 'name',
  '--version': 'version',
  '--architecture': 'architecture',
  '--maintainer': 'maintainer',
  '--vendor': 'vendor',
  '--url': 'url',
  '--license': 'license',
  '--category': 'category',
  '--deb-priority': 'priority',
  '--deb-compression': 'compression',
  '--rpm-compression': 'compression',
  '--rpm-os': 'os',
  '--rpm-summary': 'rpmSummary',
  '--description': 'text',
  '--after-install': 'afterInstall',
  '--after-remove': 'afterRemove',
  '--package': 'package',
};
const LISTS = { '-d': 'depends', '--deb-recommends': 'recommends' };

/** Reads the command line that electron-builder has for fpm. @returns {PackageRequest} */
export function parsePackageArguments(words) {
  const request = { depends: [], recommends: [], files: [] };
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--force') continue;
    if (VALUES[word] !== undefined) request[VALUES[word]] = words[++index];
    else if (LISTS[word] !== undefined) request[LISTS[word]].push(words[++index]);
    else if (word.startsWith('-')) throw new Error(`the packager does not know ${word}`);
    else {
      const at = word.lastIndexOf('=');
      if (at < 0) throw new Error(`the packager was not told where ${word} belongs`);
      request.files.push({ from: word.slice(0, at), to: word.slice(at + 1) });
    }
  }
  if (request.type !== 'deb' && request.type !== 'rpm') throw new Error(`the packager cannot make ${request.type}`);
  // The first line is the summary, and the text proper follows.
  const lines = request.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  request.summary = request.rpmSummary ?? lines[0];
  request.description = (request.rpmSummary === undefined && lines.length > 1 ? lines.slice(1) : lines).join('\n');
  // Each system has its own word for the same machine; electron-builder says Debian's.
  if (request.type === 'rpm') {
    request.architecture = { amd64: 'x86_64', arm64: 'aarch64' }[request.architecture] ?? request.architecture;
  }
  if (request.url === 'about:blank') delete request.url;
  return request;
}

/** The `control` file of a deb. */
export function controlFile(request, installedKilobytes) {
  const fields = [
    ['Package', request.name],
    ['Version', request.version],
    ['Architecture', request.architecture],
    ['Maintainer', request.maintainer],
    ['Installed-Size', installedKilobytes],
    ['Depends', request.depends.join(', ')],
    ['Recommends', request.recommends.join(', ')],
    ['Section', request.category ?? 'devel'],
    ['Priority', request.priority ?? 'optional'],
    ['Homepage', request.url],
    ['Description', [request.summary, ...request.description.split('\n').map((line) => ` ${line || '.'}`)].join('\n')],
  ];
  return fields
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/**
 * The spec file of an rpm that takes its files as they are: no stripping, no guessing of what they need.
 * @param {{payload: string, paths: {path: string, isFolder: boolean}[], post: string, postun: string}} parts
 */
export function specFile(request, { payload, paths, post, postun }) {
  const body = (script) => escapeMacros(script.replace(/^#!.*\n/, ''));
  return [
    '%global __os_install_post %{nil}',
    '%global debug_package %{nil}',
    '%define _build_id_links none',
    `%define _binary_payload ${payload}`,
    `Name: ${request.name}`,
    // A hyphen divides version and release there.
    `Version: ${request.version.replaceAll('-', '~')}`,
    'Release: 1',
    `Summary: ${escapeMacros(request.summary)}`,
    `License: ${request.license ?? 'unknown'}`,
    ...(request.url ? [`URL: ${request.url}`] : []),
    'AutoReqProv: no',
    ...request.depends.map((name) => `Requires: ${name}`),
    '%description',
    escapeMacros(request.description),
    '%post',
    body(post),
    '%postun',
    body(postun),
    '%files',
    '%defattr(-,root,root,-)',
    ...paths.map(({ path, isFolder }) => `${isFolder ? '%dir ' : ''}"${escapeMacros(path)}"`),
    '',
  ].join('\n');
}

/** `%` begins a macro in a spec file. */
function escapeMacros(text) {
  return text.replaceAll('%', '%%');
}
