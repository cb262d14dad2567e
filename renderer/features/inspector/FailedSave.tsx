import { type Service, Status } from '../../../shared/contract/gen/state_pb.ts';
import { changedFiles, lastSaveFailed, servesOldVersion } from '../../ui/reloadNote.ts';
import classes from './FailedSave.module.css';

/** What became of the last save when it did not get through: what the compiler or the new copy said, and who serves. */
export function FailedSave({ service }: { service: Service }) {
  if (!lastSaveFailed(service)) return null;
  const { build, reload } = service;
  const buildFailed = build?.status === 'failed';
  const said = (buildFailed ? build.message : reload?.message) ?? '';
  const files = reload ? changedFiles(reload) : '';
  const what = buildFailed ? 'The build failed' : 'The new version did not get ready';
  return (
    <section className={classes.box} aria-label={what}>
      <div className={classes.title}>
        {what}
        {files === '' ? '' : ` after ${files}`}
      </div>
      {servesOldVersion(service) && service.status === Status.RUNNING ? (
        <div className={classes.serving}>The version before it goes on serving; the next good save takes over.</div>
      ) : null}
      {said === '' ? null : (
        // It scrolls, so the keyboard must reach it.
        <pre className={classes.output} aria-label="What it said" tabIndex={0}>
          {said}
        </pre>
      )}
    </section>
  );
}
