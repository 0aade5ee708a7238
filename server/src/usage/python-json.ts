/**
 * JSON as Python writes it unless it is told otherwise: with `NaN` and `Infinity` for numbers, which no standard knows. One such cost
 * among five hundred must not cost us the others.
 */

/** @throws SyntaxError as JSON.parse does, for what is wrong in any other way; such numbers are null */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(withoutStrangeNumbers(text));
  }
}

const NOTABLE = /"|-?Infinity|NaN/g;

function withoutStrangeNumbers(text: string): string {
  let mended = "";
  let done = 0;
  NOTABLE.lastIndex = 0;
  for (let found = NOTABLE.exec(text); found; found = NOTABLE.exec(text)) {
    if (found[0] === '"') {
      NOTABLE.lastIndex = endOfString(text, found.index + 1);
      continue;
    }
    mended += `${text.slice(done, found.index)}null`;
    done = NOTABLE.lastIndex;
  }
  return mended + text.slice(done);
}

/** Behind the quotation mark that ends it. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
