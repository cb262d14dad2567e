/** How many colours there are for services; renderer/ui/serviceColours.css has as many for each theme. */
export const serviceColourCount = 10;

/** Start value of the hash: chosen so that names which often stand together (the samples) fall on different colours. */
const hashSeed = 0x811c9de1;

/**
 * Which of the service colours a service has: from 0 to {@link serviceColourCount} - 1, by its name alone. So it is the
 * same in every view, on every machine and after every restart; colour is never the only sign, the name stands beside it.
 */
export function serviceColourIndex(service: string): number {
  // FNV-1a, 32 bit, with a final mix: few letters must be enough to spread.
  let hash = hashSeed;
  for (let index = 0; index < service.length; index++) {
    hash = Math.imul(hash ^ service.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % serviceColourCount;
}

/** The CSS value of a service's colour. */
export function serviceColour(service: string): string {
  return `var(--service-${serviceColourIndex(service)})`;
}
