/** Characters that take two cells in a terminal: East Asian wide and fullwidth forms, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Characters that take no cell: combining marks, joiners, variation selectors. */
const NARROWLESS = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Cells that a text without escape codes takes in a terminal. */
export function displayWidth(text: string): number {
  // Nearly every text is plain ASCII, where the answer is its length.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (NARROWLESS.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
