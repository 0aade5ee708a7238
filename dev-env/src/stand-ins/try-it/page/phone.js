/** The phone page: asks the messenger once a second how things are, and draws what changed. */
import { drawChat, focusChat } from "./chat.js";
import { ask, byId, element, fill, notice, whenChanged } from "./dom.js";
import { drawCodes, openCode } from "./scan.js";

const EVERY_MS = 1_000;
let chosen = null;
let away = false;

const drawDevices = whenChanged(({ devices, chosen }) => {
  byId("no-devices").hidden = devices.length > 0;
  fill(
    byId("devices"),
    devices.map(({ id, name, kind, account, online }) => {
      const what = kind === "bot" ? "bot" : `linked to ${account}`;
      const state = element(
        "span",
        { className: online ? "state online" : "state" },
        online ? `${what}, connected` : `${what}, not connected`,
      );
      const button = element(
        "button",
        { type: "button", id: `device-${id}` },
        element("span", {}, name),
        state,
      );
      if (id === chosen) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => choose(id));
      return element("li", {}, button);
    }),
  );
});

async function choose(id) {
  chosen = id;
  await refresh();
  focusChat();
}

async function refresh() {
  const { people, devices, codes } = await ask("GET", "/phone/state");
  if (!devices.some(({ id }) => id === chosen)) chosen = devices.at(-1)?.id ?? null;
  drawCodes(codes);
  drawDevices({ devices: devices.map(({ chats, ...device }) => device), chosen });
  drawChat(devices.find(({ id }) => id === chosen) ?? null, people);
}

byId("new-bot").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { id, name } = await ask("POST", "/phone/bots", { name: byId("bot-name").value });
  byId("bot-name").value = "";
  notice(`${name} is there. Copy its token into the console.`);
  await choose(id);
});

async function loop() {
  try {
    await refresh();
    if (away) notice("The messenger is back.");
    away = false;
  } catch {
    // It was stopped, or is being started again; the page goes on asking.
    if (!away) notice("The messenger does not answer. Is it running?", true);
    away = true;
  }
  setTimeout(loop, EVERY_MS);
}

await loop();
const scanned = /^\/link\/([\w-]+)$/.exec(location.pathname)?.[1];
if (scanned) {
  // Reloading the page later must not ask about a code of long ago.
  history.replaceState(null, "", "/");
  await openCode(scanned);
}
