/** Answering a code: found on this page, or opened by its link. */
import { ask, byId, element, fill, notice, whenChanged } from "./dom.js";

const dialog = byId("link");
const GONE = "This code is no longer shown. Scan the one that the console shows now.";
let scanned = "";

export const drawCodes = whenChanged((codes) => {
  byId("no-codes").hidden = codes.length > 0;
  fill(
    byId("codes"),
    codes.map(({ id, account, code }) => {
      const button = element("button", { type: "button", id: `code-${id}` }, `Scan the code of ${account}`);
      button.addEventListener("click", () => openCode(code));
      return element("li", {}, button);
    }),
  );
});

/** Asks whether to link the device that shows this code. */
export async function openCode(code) {
  const link = await ask("GET", `/phone/link?code=${encodeURIComponent(code)}`);
  if (!link.open) return notice(GONE, true);
  scanned = link.id;
  byId("link-text").textContent = `“${link.account}” wants to read and write messages of this phone.`;
  dialog.showModal();
}

async function answer(choice) {
  dialog.close();
  const { open } = await ask("POST", "/phone/link", { link: scanned, answer: choice });
  if (!open) notice(GONE, true);
  else notice(choice === "accept" ? "The device is linked." : "The device was refused.");
}

byId("accept").addEventListener("click", () => answer("accept"));
byId("refuse").addEventListener("click", () => answer("refuse"));
