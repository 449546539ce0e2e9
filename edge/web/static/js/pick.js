// The picker's page: one instruction at a time, and whatever is scanned is posted with the
// instruction that was on the screen when it was scanned.

import { get, getKept, post, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { Frame } from "./frame.js";
import { keep, recall } from "./kept.js";
import { knows, onLanguage, t } from "./language.js";
import { Outbox } from "./outbox.js";
import { isMild } from "./notices.js";
import { PickView } from "./pick-view.js";
import { Signs, signOf } from "./signs.js";
import { placesOf } from "./station-parts.js";
import { listen } from "./stream.js";
import { shortened } from "./text-width.js";
import { answerWords, refusalWords } from "./words.js";

const BEAT_MS = 30 * 1000; // work lies with a handheld while it is heard
const TOLD_MOST = 24; // width of a name beside another one: two lines of a note
const PUTTING = ["put_back", "put_away", "fetch", "refill"];

const frame = await Frame.start(document.body.classList.contains("cart") ? "cart" : "pick");
const signs = new Signs();
const person = await whoAmI();
const view = new PickView({ chooseCart, report, typed: scanned, stopWork, handOver, understood: () => setRefused([]) });

let prompt = null;
let revision = 0;
let atWork = person.at_work;
let carts = null;
let troubles = null;
let learning = false;
let refused = recall("refused") ?? []; // late scans that were not taken, until the picker has seen them
let leaving = false; // whether the work goes away because this picker said so
let elsewhere = false; // whether the badge is at work on another device, too
let note = null; // what was wrong with the last scan, shown until the next one

const listeners = [];
const outbox = new Outbox(person.badge, answered, (count) => frame.pending(count), () => signs.kept());
const capture = new Capture(view.input, scanned, doubled);
const focus = keepFocus(view.input);

function show() {
  view.show({ prompt, atWork, carts: carts ?? [], troubles: troubles ?? [], refused, note: note ?? (elsewhere ? elsewhereNote() : null) });
  for (const listener of listeners) listener(prompt);
  focus();
}

/** Be called with each prompt that is shown, and at once with the one that is. */
export function onPrompt(listener) {
  listeners.push(listener);
  listener(prompt);
}

function scanned(code) {
  note = null;
  if (prompt === null || startsWork()) {
    if (carts?.includes(code)) chooseCart(code);
    else if (carts === null) signs.show("wrong", t("pick.loading"), t("pick.scan_again"));
    else signs.show("wrong", t("code.cart_unknown"), code);
    return;
  }
  outbox.add("/api/scan", {
    prompt_id: prompt.prompt_id,
    code,
    at_us: Date.now() * 1000,
  });
  show();
}

function elsewhereNote() {
  return { kind: "wrong", words: t("pick.elsewhere"), details: t("pick.elsewhere_details") };
}

function doubled(code) {
  note = { kind: "wrong", words: t("pick.doubled"), details: code };
  signs.show("wrong", t("pick.doubled"), t("pick.scan_again"));
  show();
}

function report(code) {
  outbox.add("/api/trouble", { prompt_id: prompt.prompt_id, code, at_us: Date.now() * 1000 });
  show();
}

/** One post is through: tell it, and believe the prompt that came with it. */
function answered(entry, status, body) {
  if (status !== 200) {
    setRefused([...refused, { code: entry.body.code, why: "invalid", made: entry.made }]);
    signs.show("wrong", refusalWords(body), entry.body.code);
    return;
  }
  const kind = signOf(body);
  note = kind === "wrong" ? { kind, words: answerWords(body), details: detailsOf(body, entry) } : null;
  if (entry.late && !body.accepted) {
    setRefused([...refused, { code: entry.body.code, why: body.code, made: entry.made }]);
  }
  if (!entry.late || outbox.count === 0) signs.show(kind, answerWords(body), detailsOf(body, entry));
  if (body.prompt && body.revision >= revision) take(body.prompt, body.revision);
  show();
}

/** A prompt from the stream; what our own scans did not bring about, the radio did. */
function streamed(value, newRevision, first) {
  if (first) revision = 0; // the gateway may have started anew and counts from the beginning
  if (newRevision < revision) return;
  const before = prompt;
  take(value, newRevision);
  if (before !== null && !first && outbox.count === 0) tellChange(before, value);
  show();
}

function take(value, newRevision) {
  prompt = value;
  revision = newRevision;
  if (value.kind !== "wait") atWork = true;
  else if (value.notice === "not_at_work") atWork = false;
}

function tellChange(before, now) {
  if (now.notice === "not_at_work" && before.kind !== "wait" && !leaving) {
    note = null;
    signs.show("wrong", t("pick.work_gone"), t("pick.work_gone_details"));
  } else if (PUTTING.includes(now.kind) && now.kind !== before.kind) {
    note = null;
    signs.show(now.kind === "put_back" ? "wrong" : "info", t(`pick.${now.kind}`), now.kind === "put_back" ? t("pick.put_back_details") : "");
  } else if (PUTTING.includes(before.kind)) {
    note = null;
  } else if (before.prompt_id === now.prompt_id && now.picked > before.picked) {
    note = null;
    signs.show("right", t("code.picked"), t("pick.by_radio"));
  } else if (before.kind === "pick" && before.prompt_id !== now.prompt_id) {
    note = null;
    const over = now.kind === "drop" ? "walk_done" : "stop_done";
    if (!["wait", "bind", "pass", "take"].includes(now.kind)) signs.show("right", t(`code.${over}`));
  } else if (now.notice && !isMild(now.notice) && now.notice !== before.notice) {
    signs.show("wrong", noticeWords(now.notice));
  }
}

function noticeWords(notice) {
  return t(knows(`notice.${notice}`) ? `notice.${notice}` : "notice.other", { notice });
}

function detailsOf(answer, entry) {
  if (answer.code === "wrong_item" && answer.data.expected) {
    const { expected, scanned: got } = answer.data;
    return t("pick.wrong_item_details", {
      expected: shortened(expected.name || expected.sku, TOLD_MOST),
      scanned: shortened(got?.name || got?.sku || entry.body.code, TOLD_MOST),
    });
  }
  if (["substitute_offered", "substituted"].includes(answer.code)) return answer.data.name || answer.data.sku;
  if (answer.code === "tote_bound") return `${answer.data.tote_id} · ${t("pick.slot", answer.data)}`;
  if (answer.code === "tote_taken" && answer.data.order_id) {
    return t("pick.tote_of", { tote: entry.body.code, order: answer.data.order_id });
  }
  if (answer.code === "tote_wrong" && answer.data.slot) {
    return t("pick.tote_wrong_details", { scanned: entry.body.code, tote: answer.data.tote_id, slot: answer.data.slot });
  }
  if (answer.code === "picked" && answer.data.quantity) {
    return t("pick.count", answer.data);
  }
  return answer.accepted ? "" : entry.body.code;
}

function startsWork() {
  return !atWork && prompt.kind === "wait";
}

async function chooseCart(cart) {
  await setWork(true, cart);
}

async function stopWork() {
  await setWork(false, null);
}

/** The work in hand goes to whoever is free next, and this picker stops. */
async function handOver() {
  leaving = true;
  await setWork(false, null, "/api/work/hand-over", {});
  leaving = false;
}

async function setWork(ready, cart, path = "/api/work", wanted = { ready, cart }) {
  try {
    const { status, body } = await post(path, wanted);
    const answer = status === 200 ? body : { accepted: false, code: body.error, text: body.text };
    if (answer.accepted) atWork = ready;
    signs.show(signOf(answer), answerWords(answer), cart ?? "");
  } catch {
    signs.show("wrong", t("pick.not_reached"), t("pick.not_reached_details"));
  }
  show();
}

function setRefused(list) {
  refused = list;
  keep("refused", refused);
  show();
}

async function begin() {
  frame.pending(outbox.count);
  beat();
  const connected = (state) => {
    frame.connected(state);
    if (!state) return;
    outbox.send();
    if (troubles === null && !learning) learn();
  };
  listen("/api/prompt/stream", "prompt", streamed, connected, true);
  if (prompt === null) show();
  outbox.send();
  await learn();
}

/** The carts and what may be reported: they seldom change. */
async function learn() {
  learning = true;
  [carts, troubles] = await Promise.all([placesOf("cart"), getKept("/api/troubles", (told) => told.troubles)]);
  learning = false;
  show();
}

/** The gateway hears that this handheld is there, and says where else the badge is at work. */
async function beat() {
  try {
    const { body } = await get("/api/work");
    if (body.elsewhere && !elsewhere) signs.show("wrong", t("pick.elsewhere"), t("pick.elsewhere_details"));
    elsewhere = Boolean(body.elsewhere);
    show();
  } catch {
    // the stream's pill tells that there is no connection
  }
}

/** The screen stays on while picking, where the browser can do that. */
async function keepAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // not allowed or battery low: the handheld's own settings decide
  }
}

onLanguage(show);
document.addEventListener("visibilitychange", keepAwake);
setInterval(beat, BEAT_MS);
keepAwake();
await begin();
capture.clear();
