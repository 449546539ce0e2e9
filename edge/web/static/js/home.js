// Signing in; and for who is signed in, the way to the pages.

import { post, signOut, whoIsSignedIn } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { Frame } from "./frame.js";
import { forgetAll, keep, recall } from "./kept.js";
import { knows, onLanguage, t } from "./language.js";
import { unsentOf } from "./outbox.js";

const PAGES = {
  picker: ["pick", "cart", "counts", "find"],
  packer: ["pack", "wall", "dispatch", "returns", "find"],
  supervisor: ["floor", "orders", "board", "setup", "pick", "cart", "pack", "wall", "dispatch", "returns", "counts", "find"],
  administrator: ["floor", "orders", "board", "setup", "pick", "cart", "pack", "wall", "dispatch", "returns", "counts", "find"],
};

const frame = await Frame.start("home");
const page = document.getElementById("page");
const asked = new URLSearchParams(location.search);

let person = null;
let fault = asked.has("refused") ? { code: "page_refused", seconds: 0 } : null;
const badge = h("input", { id: "badge", autocomplete: "username", maxlength: 64, required: true });
const pin = h("input", {
  id: "pin",
  type: "password",
  inputmode: "numeric",
  autocomplete: "current-password",
  maxlength: 128,
  required: true,
});

async function start() {
  try {
    person = await whoIsSignedIn();
  } catch {
    person = recall("person");
    fault = { code: person === null ? "unreachable" : "offline", seconds: 0 };
  }
  show();
  if (person === null) badge.focus();
}

function show() {
  fill(page, person === null ? form() : menu());
}

function form() {
  const button = h("button", { class: "main wide" }, t("home.sign_in"));
  return h(
    "form",
    { class: "card sign-in", onsubmit: signIn },
    h("h2", {}, t("home.welcome")),
    h("label", { for: "badge" }, t("home.badge")),
    badge,
    h("label", { for: "pin" }, t("home.pin")),
    pin,
    faultLine(),
    button,
  );
}

function menu() {
  const unsent = unsentOf(person.badge);
  return h(
    "section",
    { class: "card menu" },
    h("h2", {}, person.name),
    h("p", { class: "muted" }, `${person.badge} · ${t(`role.${person.role}`)}`),
    faultLine(),
    unsent === 0 ? null : h("p", { class: "note note-wrong", id: "unsent" }, icon("kept"), t("home.unsent", { count: unsent })),
    h(
      "nav",
      { "aria-label": t("home.pages") },
      ...PAGES[person.role].map((name) =>
        h("a", { class: "tile", href: `/${name}` }, t(`${name}.title`), h("small", {}, t(`home.${name}`))),
      ),
    ),
    h("button", { type: "button", class: "second wide", onclick: leave }, t("home.sign_out")),
  );
}

function faultLine() {
  if (fault === null) return h("p", { class: "fault", role: "alert", hidden: true });
  const key = `home.fault.${fault.code}`;
  const words = t(knows(key) ? key : "home.fault.unreachable", { seconds: fault.seconds });
  return h("p", { class: "fault", role: "alert" }, words);
}

async function signIn(event) {
  event.preventDefault();
  fault = null;
  try {
    const { status, body } = await post("/api/session", { badge: badge.value.trim(), pin: pin.value });
    if (status === 200) return welcome(body);
    const seconds = Number(/\d+/.exec(body?.text ?? "")?.[0] ?? 0);
    fault = { code: status === 422 ? "wrong_badge_or_pin" : (body?.error ?? "unreachable"), seconds };
  } catch {
    fault = { code: "unreachable", seconds: 0 };
  }
  pin.value = "";
  show();
  pin.focus();
}

/** Whoever was here before is forgotten, also that they wanted to be signed out. */
function welcome(signedIn) {
  forgetAll();
  keep("person", signedIn);
  go(signedIn);
}

/** To the page that was asked for, if it is one of this person's, else to their first. */
function go(signedIn) {
  const pages = PAGES[signedIn.role];
  const next = asked.get("next");
  location.assign(`/${pages.includes(next) ? next : pages[0]}`);
}

async function leave() {
  await signOut().catch(() => {}); // without network it is done as soon as there is one
  location.assign("/");
}

onLanguage(show);
frame.connected(null);
start();
