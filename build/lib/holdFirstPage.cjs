const { app } = require('electron');

/**
 * Given to Electron with `-r` where the Playwright driver runs it. The driver takes over each page as it is made: its first
 * commands wait in Chromium until the page's process is there. When the page is asked to load in the same moment, the load
 * waits for the driver and the driver's commands for the load, for ever: the page never appears (seen in 3 of 6 launches
 * on a machine with three times as many busy processes as cores, in 0 of 10 with this pause).
 */
const PAUSE_MS = 500;

app.on('web-contents-created', (_event, contents) => {
  const load = contents.loadURL;
  contents.loadURL = async (...words) => {
    contents.loadURL = load;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (!contents.isDestroyed()) await load.apply(contents, words);
  };
});
