// Runs before the first paint, so that a dark window does not begin with a white flash.
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
