/** A page for when the real one cannot be shown. No script, no style of its own: it has to work when nothing else does. */
export function messagePage(title: string, text: string, logFile: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${escape(title)}</title></head>
<body><h1>${escape(title)}</h1><p>${escape(text)}</p><p>Log: <code>${escape(logFile)}</code></p>
<p><a href="app://micro/">Try again</a></p></body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
