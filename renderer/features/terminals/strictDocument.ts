/**
 * A document for xterm.js that keeps to a content security policy without `unsafe-inline`. xterm.js puts <style> tags
 * into the page, which the policy refuses; style sheets made by a script are allowed, and have the same effect. Only
 * `createElement` differs from the real document. Its `style` attributes: {@link allowSpanStyles}.
 */
export function strictDocument(document: Document = window.document): Document {
  return new Proxy(document, {
    get(target, property) {
      if (property === 'createElement')
        return (name: string) => (name === 'style' ? styleTag(target) : target.createElement(name));
      const value: unknown = Reflect.get(target, property, target);
      // Methods of the real document refuse to be called on anything else.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/**
 * Runs `open` of a terminal. Fault: xterm.js 6.0.0 makes the tag for its scrollbar with the real document, whatever it was
 * given. Trick: that one's method is replaced while it opens, which is one call without a pause.
 */
export function openStrictly(open: () => void, document: Document = window.document): void {
  const { createElement: real } = document;
  Object.defineProperty(document, 'createElement', {
    configurable: true,
    value: (name: string) => (name === 'style' ? styleTag(document) : real.call(document, name)),
  });
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, 'createElement');
  }
}

/** Something in the place of a <style> tag: what is written into it becomes a style sheet of the document. */
function styleTag(document: Document): HTMLElement {
  // Even an empty tag is refused.
  const element = document.createElement('div');
  element.hidden = true;
  const sheet = new CSSStyleSheet();
  let text = '';
  Object.defineProperty(element, 'textContent', {
    configurable: true,
    get: () => text,
    set(value: string) {
      text = value;
      sheet.replaceSync(value);
      if (!document.adoptedStyleSheets.includes(sheet)) {
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
    },
  });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}

/**
 * Lets spans take a `style` attribute that a script sets, as properties. Fault: drawn with elements, xterm.js 6.0.0 makes the
 * spans of its lines with the real document, whatever it was given, and writes their colours as attributes, which the policy
 * refuses. Trick: it is the prototype of spans that differs. Limit: for spans only, and not for markup that is parsed.
 */
export function allowSpanStyles(prototype: HTMLSpanElement = HTMLSpanElement.prototype): void {
  if (Object.hasOwn(prototype, 'setAttribute')) return;
  prototype.setAttribute = function setAttribute(this: HTMLElement, name: string, value: string): void {
    if (name === 'style') this.style.cssText = value;
    else HTMLElement.prototype.setAttribute.call(this, name, value);
  };
}
