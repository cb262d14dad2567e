/** Oldest Node that the scripts and the server run on; the same number stands in package.json, `engines`. */
export const MIN_NODE_MAJOR = 20;

/** Ends the run with a plain sentence when Node is too old. Written so that old versions can still read this file. */
export function requireNode(version = process.versions.node) {
  const message = nodeProblem(version);
  if (message === undefined) return;
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** What is wrong with this version of Node, or undefined. */
export function nodeProblem(version) {
  const major = Number(version.split('.')[0]);
  if (major >= MIN_NODE_MAJOR) return undefined;
  return `Micro Desktop needs Node ${MIN_NODE_MAJOR} or newer; this is Node ${version} (${process.execPath}). Get one from https://nodejs.org and run the command again.`;
}
