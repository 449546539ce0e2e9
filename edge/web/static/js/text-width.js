// How much room words take, before they are drawn.

/** How many letters wide a text is, in heights of its letters. */
export function wide(text) {
  const of = (sign) => (sign.codePointAt(0) > 0x2e80 ? 1 : "-_./:, ·|'ilI".includes(sign) ? 0.4 : "MW%".includes(sign) ? 0.95 : 0.66);
  return [...text].reduce((sum, sign) => sum + of(sign), 0);
}

/** The beginning of a text that is wider than so many heights of its letters. */
export function shortened(text, most) {
  let end = 0;
  let width = 0;
  const signs = [...text];
  while (end < signs.length && (width += wide(signs[end])) <= most) end += 1;
  return end === signs.length ? text : `${signs.slice(0, end).join("").trimEnd()}…`;
}
