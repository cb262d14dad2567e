import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useLayoutEffect } from 'react';
import { bridge } from '../client/platform.ts';
import { useResolvedTheme, useUi } from '../state/uiState.ts';
import { Frame } from './Frame.tsx';
import { theme } from './theme.ts';

/** ms an answer counts as fresh: a tab opened again shows at once what it showed, and asks behind it. */
const STALE_MS = 2_000;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: STALE_MS, retry: false, networkMode: 'always', refetchOnWindowFocus: false },
  },
});

/** The whole page. */
export function App() {
  const resolved = useResolvedTheme();
  const chosen = useUi((state) => state.theme);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = resolved;
  }, [resolved]);
  useLayoutEffect(() => {
    // Title bar and dialogs of the system follow; where they cannot, the page is right all the same.
    bridge?.setTheme(chosen).catch(() => {});
  }, [chosen]);
  return (
    // Without variables and classes made at run time: they would come in <style> tags, see ui/mantine.css.
    <MantineProvider theme={theme} forceColorScheme={resolved} withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <Frame />
      </QueryClientProvider>
    </MantineProvider>
  );
}
