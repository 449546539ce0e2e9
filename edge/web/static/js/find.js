// The tag finder: choose an item, then walk by bar, number and sound.

import { get, post, whoAmI } from "./api.js";
import { Capture, keepFocus } from "./capture.js";
import { FindView } from "./find-view.js";
import { Frame } from "./frame.js";
import { onLanguage, t } from "./language.js";
import { Signs } from "./signs.js";
import { listen } from "./stream.js";
import { Ticker } from "./ticker.js";

const frame = await Frame.start("find");
const signs = new Signs();
await whoAmI();
const ticker = new Ticker();
const view = new FindView({ search, look, stop, sound });

let choices = null; // of the last search; null before any
let more = false; // whether there are others besides
let item = null; // what is known of the tag that is looked for
let found = null; // how near it is

const capture = new Capture(view.input, search, (code) => signs.show("wrong", t("pick.doubled"), code));
keepFocus(view.input);

function show() {
  view.show({ choices, more, item, found, sounds: ticker.on });
}

async function search(text) {
  const wanted = text.trim();
  capture.clear();
  if (wanted === "") return;
  try {
    const { status, body } = await get(`/api/find/items?q=${encodeURIComponent(wanted)}`);
    choices = status === 200 ? body.items : [];
    more = body?.more ?? false;
  } catch {
    return signs.show("wrong", t("find.unreachable"), wanted);
  }
  if (choices.length === 1) return look(choices[0]);
  if (choices.length === 0) signs.show("wrong", t("find.none"), wanted);
  show();
}

async function look(chosen) {
  try {
    const { status } = await post("/api/find", { epc: chosen.epc });
    if (status !== 200) return signs.show("wrong", t("find.unreachable"), chosen.epc);
  } catch {
    return signs.show("wrong", t("find.unreachable"), chosen.epc);
  }
  item = chosen;
  choices = null;
  show();
}

async function stop() {
  ticker.near(0);
  item = null;
  try {
    await post("/api/find/end", {});
  } catch {
    // it ends by itself after some minutes
  }
  show();
}

function sound() {
  ticker.on = !ticker.on;
  show();
}

/** How near it is, five times a second; after a reload the stream tells what is looked for. */
function streamed(value) {
  found = value;
  ticker.near(value.scale);
  if (value.epc !== null && item?.epc !== value.epc) remember(value.epc);
  show();
}

async function remember(epc) {
  item = { epc, sku: null, name: "", location: null, probability: 0 };
  try {
    const { status, body } = await get(`/api/items/${epc}`);
    if (status === 200 && item?.epc === epc) item = body;
  } catch {
    // the number alone has to do
  }
  show();
}

onLanguage(show);
show();
listen("/api/find/stream", "find", streamed, (state) => {
  frame.connected(state);
  if (!state) ticker.near(0);
});
