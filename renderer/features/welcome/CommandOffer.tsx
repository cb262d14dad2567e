import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { bridge } from '../../client/platform.ts';
import { attempt } from '../../state/actions.ts';
import { Button } from '../../ui/Button.tsx';
import classes from './WelcomePage.module.css';

/** Asks, at the first starts of an installed app, whether `micro` should be a command of the terminals as well. */
export function CommandOffer() {
  const offered = useQuery({
    queryKey: ['command-offered'],
    queryFn: async () => (await bridge?.isCommandOffered()) ?? false,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: bridge !== undefined,
  });
  const [result, setResult] = useState<{ ok: boolean; message: string }>();
  const [busy, setBusy] = useState(false);
  const [declined, setDeclined] = useState(false);
  if (!bridge || declined || !offered.data) return null;

  const install = async (): Promise<void> => {
    setBusy(true);
    await attempt('The micro command could not be installed', async () => setResult(await bridge?.installCommand()));
    setBusy(false);
  };
  const decline = (): void => {
    setDeclined(true);
    void attempt('That could not be remembered', async () => bridge?.dismissCommand());
  };

  return (
    <section className={classes.offer} aria-label="The micro command">
      <p role="status">
        {result ? (
          result.message
        ) : (
          <>
            Everything here can be done in a terminal too. Make <code>micro</code> a command?
          </>
        )}
      </p>
      {result?.ok ? null : (
        <Button busy={busy} onClick={() => void install()}>
          {result ? 'Try again' : 'Install micro'}
        </Button>
      )}
      <Button disabled={busy} onClick={result?.ok ? () => setDeclined(true) : decline}>
        {result?.ok ? 'Close' : 'Not now'}
      </Button>
    </section>
  );
}
