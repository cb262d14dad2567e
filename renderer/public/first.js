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
  const abort = new AbortController();
  const begin = (state) => {
    if (state.status !== 'ready') return undefined;
    const { url, token } = state.connection;
    const address = `${url.replace(/\/+$/, '')}/desktop.Desktop/Watch`;
    const answer = fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/connect+proto',
        'connect-protocol-version': '1',
        authorization: `Bearer ${token}`,
      },
      // An empty message: no flags, no bytes.
      body: new Uint8Array(5),
      signal: abort.signal,
    });
    // Whoever takes it up hears of it; nobody else need.
    answer.catch(() => {});
    return { address, token, answer };
  };
  window.microFirstState = { abort, begun: window.micro.serverState().then(begin, () => undefined) };
})();
