/** What the phone page's parts have in common. */

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Says it to everyone, also to who can't see. */
export function notice(text, bad = false) {
  byId("notice").textContent = text;
  byId("notice").classList.toggle("bad", bad);
}

/** Throws where the messenger is away. */
export async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Draws only what changed, so that neither focus nor a reader's place is lost. */
export function whenChanged(draw) {
  let last = "";
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    draw(value);
  };
}

/** Puts rows into a list; the one that had the focus has it again. */
export function fill(list, rows) {
  const focused = document.activeElement?.id;
  list.replaceChildren(...rows);
  if (focused && document.activeElement === document.body) byId(focused)?.focus();
}
