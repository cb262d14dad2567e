import { clusterLimits } from '../../../shared/lib/clusterLimits.ts';
import classes from './Environments.module.css';

/** What services in a cluster cannot do as on this machine, and what to do in its place. */
export function ClusterLimits() {
  return (
    <details className={classes.limits}>
      <summary>What is not possible there</summary>
      <dl>
        {clusterLimits.map(({ what, instead }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{instead}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
