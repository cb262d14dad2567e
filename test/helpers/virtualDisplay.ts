interface DisplayModule {
  startVirtualDisplay(): Promise<{ display: string; stop: () => void }>;
}

/**
 * Gives all windows of a run a screen of their own, so that none appears on the desktop of a person, and ends it with the
 * run. The runner's own process holds it: those that run the tests are ended by signal and would leave it behind.
 */
export async function setup(): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return undefined;
  const url = new URL('../../build/lib/display.mjs', import.meta.url).href;
  const { startVirtualDisplay } = (await import(/* @vite-ignore */ url)) as DisplayModule;
  const { display, stop } = await startVirtualDisplay();
  process.env.DISPLAY = display;
  delete process.env.WAYLAND_DISPLAY;
  return stop;
}
