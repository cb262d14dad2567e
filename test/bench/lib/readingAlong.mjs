/** The log, as the page finds it. */
export const GRID = `document.querySelector('[role="grid"][aria-label^="Log of"]')`;

/** What somebody does in the log who reads along, one input each, in the window of a `startQuietApp`. */
export function inputsOf(app) {
  const press = (key) => async () => {
    await app.evaluate(`${GRID}.focus()`);
    await app.press(key, keyOf(key));
  };
  const type = (key) => async () => {
    await app.evaluate(`document.querySelector('[aria-label="Find in the log"]').focus()`);
    await app.press(key, keyOf(key));
  };
  const clickRow = async () => {
    const box = await app.evaluate(`${GRID}.getBoundingClientRect().toJSON()`);
    await app.click(box.x + box.width / 2, box.y + box.height / 2);
  };
  return [
    press('PageUp'),
    press('PageUp'),
    press('ArrowUp'),
    clickRow,
    press('End'),
    clickRow,
    press('Home'),
    press('End'),
    ...[...'request'].map(type),
    press('n'),
    press('End'),
    ...[...'request'].map(() => type('Backspace')),
  ];
}

const NAMED_KEYS = { PageUp: 33, End: 35, Home: 36, ArrowUp: 38, Backspace: 8 };

function keyOf(key) {
  const keyCode = NAMED_KEYS[key];
  if (keyCode !== undefined) return { code: key, keyCode };
  return { code: `Key${key.toUpperCase()}`, keyCode: key.toUpperCase().charCodeAt(0), text: key };
}

/** Times each key and click in the page: from the event's own time to the task after the frame that follows it. */
export async function watchInputs({ evaluate }) {
  await evaluate(`{
    globalThis.benchLatencies = [];
    const note = (event) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => benchLatencies.push(performance.now() - event.timeStamp);
        port2.postMessage(undefined);
      });
    };
    for (const type of ['keydown', 'pointerdown']) addEventListener(type, note, { capture: true });
    undefined;
  }`);
}
