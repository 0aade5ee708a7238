/** One conversation, as one of the two people who use this phone. */
import { ask, byId, element, notice, whenChanged } from "./dom.js";

let shown = null;
let person = null;

/** @param device what the messenger tells of it; null where there is none any more */
export function drawChat(device, people) {
  shown = device;
  person ??= people[0].id;
  byId("chat").hidden = device === null;
  if (device === null) return;
  drawHead({ id: device.id, name: device.name, kind: device.kind, token: device.token });
  drawState(device.online);
  drawPeople(people);
  drawMessages({ device: device.id, person, messages: device.chats[person] });
}

export function focusChat() {
  byId("chat-title").focus();
  byId("chat").scrollIntoView({ block: "nearest" });
}

const drawHead = whenChanged(({ name, kind, token }) => {
  byId("chat-title").textContent = name;
  byId("token-line").hidden = token === null;
  byId("token").value = token ?? "";
  byId("end").textContent = kind === "bot" ? "Delete this bot" : "Log this device out";
});

const drawState = whenChanged((online) => {
  byId("chat-state").textContent = online ? "connected" : "not connected";
  byId("chat-state").classList.toggle("online", online);
});

const drawPeople = whenChanged((people) => {
  const choices = people.map(({ id, name }) => {
    const radio = element("input", { type: "radio", name: "person", value: id, checked: id === person });
    radio.addEventListener("change", () => {
      person = id;
      drawChat(shown, people);
    });
    return element("label", {}, radio, name);
  });
  byId("people").replaceChildren(...choices);
});

const drawMessages = whenChanged(({ messages }) => {
  const lines = messages.map(({ text, mine }) =>
    element(
      "div",
      { className: mine ? "message mine" : "message" },
      element("span", { className: "visually-hidden" }, mine ? "You: " : "Answer: "),
      text,
    ),
  );
  byId("messages").replaceChildren(...lines);
  byId("messages").scrollTop = byId("messages").scrollHeight;
});

byId("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("text").value;
  await ask("POST", "/phone/say", { device: shown.id, person, text });
  byId("text").value = "";
});

byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("token").value);
  notice("The token is copied.");
});

byId("end").addEventListener("click", async () => {
  const { name } = shown;
  await ask("POST", "/phone/log-out", { device: shown.id });
  notice(`${name} is gone.`);
  byId("devices-title").scrollIntoView({ block: "nearest" });
});
