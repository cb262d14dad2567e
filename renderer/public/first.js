// Runs while the page's own scripts are still being read and compiled, which takes longer than all that is asked for here.

// Before the first paint, so that a dark window does not begin with a white flash.
(() => {
  let theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('micro.ui.v1') ?? '{}').theme ?? theme;
  } catch {
    // Damaged storage is mended by the page itself.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light';
})();

// Begins the stream of the state, as the client would begin it; what comes of it is taken up by client/firstState.ts. Only
// in the desktop app, and only for the server of this machine: where else the page works, its own scripts know.
(() => {
  if (!window.micro) return;
  try {
    if (sessionStorage.getItem('micro.environment.v1') !== null) return;
  } catch {
    return;
  }
  const begin = (state) => {
    if (state.status !== 'ready') return undefined;
    const { url, token } = state.connection;
    const base = url.replace(/\/+$/, '');
    const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/_ws/watch/desktop.Desktop/Watch`, [
      'micro.v1',
      `bearer.${token}`,
    ]);
    socket.binaryType = 'arraybuffer';
    const early = [];
    socket.onmessage = ({ data }) => early.push(data);
    return { address: `${base}/desktop.Desktop/Watch`, token, socket, early };
  };
  window.microFirstState = { begun: window.micro.serverState().then(begin, () => undefined) };
})();
