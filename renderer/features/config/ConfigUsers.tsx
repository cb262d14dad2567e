import { useMemo } from 'react';
import { configUsers } from '../../../shared/client/configUsers.ts';
import { selectService } from '../../state/navigation.ts';
import { useServices } from '../../state/serverState.ts';
import { FieldNote } from '../../ui/Form.tsx';
import classes from './Config.module.css';

/** The services that have a value, or a part of it, in their environment; they follow when it changes. */
export function ConfigUsers({ path, secret }: { path: string; secret: boolean }) {
  const services = useServices();
  const users = useMemo(() => configUsers(services.values(), path), [services, path]);
  return (
    <section className={classes.users} aria-label="Used by">
      <h3>Used by</h3>
      {users.length === 0 ? (
        <FieldNote>
          No service: {`\${${secret ? 'secret' : 'config'}:${path}}`} in the env of micro.yaml gives it to one.
        </FieldNote>
      ) : (
        <ul>
          {users.map((user) => (
            <li key={`${user.service} ${user.variable} ${user.path}`}>
              <button
                type="button"
                className={classes.user}
                title={`Inspect ${user.service}`}
                onClick={() => selectService(user.service)}
              >
                {user.service}
              </button>{' '}
              <span className={classes.dim}>
                as {user.variable}
                {user.path === path ? '' : ` (${user.path})`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
