import { serviceColour } from '../../shared/lib/serviceColour.ts';
import classes from './ServiceDot.module.css';

/** The small square in the colour of a service; its name must stand beside it or in a label. */
export function ServiceDot({ service }: { service: string }) {
  return <span className={classes.dot} style={{ background: serviceColour(service) }} aria-hidden="true" />;
}
