/**
 * Packages that only some servers ever use, by the file beside the server that each gets. The server as the app starts it is
 * one file, all of which is read and held in memory, and these are two thirds of it. They import nothing of ours, so that
 * nothing is there twice. Both are loaded by `import()` alone, so nothing of them is needed before they are used.
 */
const LATE_PACKAGES = { '@kubernetes/client-node': 'late-kubernetes', etcd3: 'late-etcd' };

/** Entry points of esbuild: a file for each of these packages. */
export const lateEntryPoints = Object.fromEntries(Object.entries(LATE_PACKAGES).map(([name, file]) => [file, name]));

/** Names of the files, in the folder of the server. */
export const lateFiles = Object.values(LATE_PACKAGES).map((file) => `${file}.cjs`);

/** For esbuild: leaves these packages to their files. */
export const latePackages = {
  name: 'late-packages',
  setup(build) {
    build.onResolve({ filter: /^(@kubernetes\/client-node|etcd3)$/ }, ({ path, kind }) =>
      // What is an entry point is to be bundled itself.
      kind === 'entry-point' ? undefined : { path: `./${LATE_PACKAGES[path]}.cjs`, external: true },
    );
  },
};
