// A page that nobody touched for a while: locked until its person's PIN, with everything where it was.

import { h } from "./dom.js";
import { forgetAll } from "./kept.js";
import { knows, t } from "./language.js";

let waiting = null;

/**
 * Wait for the PIN; any number of requests wait for the same one.
 * @param words the gateway's own, with the person's name.
 * @param send asks the gateway.
 */
export function unlocked(words, send) {
  waiting ??= new Promise((resolve) => open(words, send, resolve)).finally(() => (waiting = null));
  return waiting;
}

function open(words, send, resolve) {
  const name = /locked: (.*) goes on with their PIN/.exec(words)?.[1] ?? "";
  const pin = h("input", { id: "lock-pin", type: "password", inputmode: "numeric", autocomplete: "current-password", maxlength: 128, required: true });
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const another = async () => {
    forgetAll();
    await send("DELETE", "/api/session", undefined, undefined, {});
    location.assign(`/?next=${location.pathname.slice(1)}`);
  };
  const resume = async (event) => {
    event.preventDefault();
    event.stopPropagation();
    fault.hidden = true;
    try {
      const { status, body } = await send("POST", "/api/session/resume", { pin: pin.value }, undefined, {});
      if (status === 200) {
        dialog.close();
        dialog.remove();
        return resolve();
      }
      if (body.error === "signed_out") return location.assign(`/?next=${location.pathname.slice(1)}`);
      const key = body.error === "wrong_badge_or_pin" ? "lock.wrong" : `home.fault.${body.error}`;
      fault.textContent = t(knows(key) ? key : "home.fault.unreachable", { seconds: Number(/\d+/.exec(body.text)?.[0] ?? 0) });
    } catch {
      fault.textContent = t("home.fault.unreachable");
    }
    fault.hidden = false;
    pin.value = "";
    pin.focus();
  };
  const dialog = h(
    "dialog",
    { class: "card lock", id: "lock", "aria-labelledby": "lock-title", oncancel: (event) => event.preventDefault(), onkeydown: (event) => event.stopPropagation() },
    h("form", { class: "sign-in", onsubmit: resume }, h("h2", { id: "lock-title" }, t("lock.title", { name })), h("p", {}, t("lock.hint")), h("label", { for: "lock-pin" }, t("home.pin")), pin, fault, h("button", { class: "main wide", id: "resume" }, t("lock.resume")), h("button", { type: "button", class: "second wide", id: "another", onclick: another }, t("lock.another"))),
  );
  document.body.append(dialog);
  dialog.showModal();
  pin.focus();
}
