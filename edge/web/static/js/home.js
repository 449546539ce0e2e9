// Signing in; and for who is signed in, the way to the pages.

import { get, post, signOut, whoIsSignedIn } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { Frame } from "./frame.js";
import { keepPages } from "./freshness.js";
import { forgetAll, keep, recall } from "./kept.js";
import { knows, onLanguage, t } from "./language.js";
import { unsentOf } from "./outbox.js";
import { saidWords } from "./words.js";

const PAGES = {
  picker: ["pick", "cart", "counts", "find"],
  packer: ["pack", "wall", "dispatch", "returns", "find"],
  supervisor: ["floor", "orders", "board", "setup", "pick", "cart", "pack", "wall", "dispatch", "returns", "counts", "find"],
  administrator: ["floor", "orders", "board", "setup", "pick", "cart", "pack", "wall", "dispatch", "returns", "counts", "find"],
};

const frame = await Frame.start("home");
const page = document.getElementById("page");
const asked = new URLSearchParams(location.search);

/** What an address brought along stands behind the #, which no browser sends to the gateway. */
const brought = new URLSearchParams(location.hash.slice(1));
const tokenGiven = brought.get("first");
let enrolling = brought.has("enrol") ? { state: "asked", authority: null } : null;

let person = null;
let isFirst = false;
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

const token = h("input", { id: "token", autocomplete: "off", spellcheck: "false", maxlength: 64, required: true, value: tokenGiven });
const name = h("input", { id: "name", autocomplete: "name", maxlength: 80, required: true });
const again = h("input", { id: "pin-again", type: "password", inputmode: "numeric", autocomplete: "new-password", maxlength: 64, required: true });

async function start() {
  try {
    person = await whoIsSignedIn();
    isFirst = person === null && (await get("/api/session/first")).body?.wanted === true;
  } catch {
    person = recall("person");
    fault = { code: person === null ? "unreachable" : "offline", seconds: 0 };
  }
  if (person !== null && PAGES[person.role].includes(asked.get("next"))) return go(person); // it was locked
  show();
  keepPages();
  if (person === null) (isFirst && !tokenGiven ? token : badge).focus();
}

function show() {
  fill(page, enrolling !== null ? enrolment() : person !== null ? menu() : isFirst ? firstForm() : form());
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

/** Nobody may sign in yet: the first administrator names themselves, with the token of the start. */
function firstForm() {
  const field = (input) => [h("label", { for: input.id }, t(`home.${input.id}`)), input];
  return h(
    "form",
    { class: "card sign-in", id: "first-badge", onsubmit: makeFirst },
    h("h2", {}, t("home.first")),
    h("p", { class: "muted" }, t("home.first_hint")),
    ...[token, badge, name, pin, again].flatMap(field),
    faultLine(),
    h("button", { class: "main wide" }, t("home.first_save")),
  );
}

/** This browser becomes a handheld of the gateway; who uses it signs in afterwards. */
function enrolment() {
  const { state, authority } = enrolling;
  const go = () => {
    enrolling = null;
    history.replaceState(null, "", "/");
    start();
  };
  return h(
    "section",
    { class: "card sign-in", id: "enrolment" },
    h("h2", {}, t("home.enrol")),
    h("p", {}, t(`home.enrol.${state}`)),
    state === "asked" && brought.get("ca") ? h("p", { class: "muted" }, t("setup.devices.fingerprint"), " ", h("code", { class: "codes" }, brought.get("ca"))) : null,
    faultLine(),
    authority ? h("a", { class: "second wide", id: "authority", href: URL.createObjectURL(new Blob([authority], { type: "application/x-x509-ca-cert" })), download: "warehouse-edge-ca.pem" }, t("home.enrol.authority")) : null,
    state === "asked" ? h("button", { type: "button", class: "main wide", id: "enrol", onclick: enrol }, t("home.enrol.save")) : h("button", { type: "button", class: "main wide", id: "go-on", onclick: go }, t("home.enrol.go_on")),
  );
}

async function enrol() {
  fault = null;
  try {
    const { status, body } = await post("/api/session/device", { code: brought.get("enrol") });
    if (status === 200) enrolling = { state: "done", authority: body.ca_pem };
    else fault = { code: body.error, seconds: Number(/\d+/.exec(body.text)?.[0] ?? 0) };
  } catch {
    fault = { code: "unreachable", seconds: 0 };
  }
  show();
}

async function makeFirst(event) {
  event.preventDefault();
  fault = null;
  if (!/^[0-9]{6,64}$/.test(pin.value)) fault = { code: "pin_short", seconds: 0 };
  else if (pin.value !== again.value) fault = { code: "pins_differ", seconds: 0 };
  else {
    try {
      const wish = { token: token.value, badge: badge.value.trim(), name: name.value.trim(), pin: pin.value };
      const { status, body } = await post("/api/session/first", wish);
      if (status === 200) return location.assign("/setup");
      fault = { code: status === 422 ? "first_invalid" : body.error, seconds: Number(/\d+/.exec(body.text)?.[0] ?? 0), text: body.text, faults: body.faults, said: body.faults_said };
    } catch {
      fault = { code: "unreachable", seconds: 0 };
    }
  }
  show();
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
  const words = t(knows(key) ? key : "home.fault.unreachable", { seconds: fault.seconds, text: fault.faults?.map((one, at) => saidWords(fault.said?.[at], one)).join("; ") ?? fault.text ?? "" });
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
start();
