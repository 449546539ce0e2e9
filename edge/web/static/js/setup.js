// Setting up: one section for each thing that is set up on a page; each builds and updates itself.

import { get, whoAmI } from "./api.js";
import { calibrationSection } from "./calibration-view.js";
import { fill, h } from "./dom.js";
import { Frame } from "./frame.js";
import { onLanguage, t } from "./language.js";
import { backupsSection, brokerSection } from "./setup-care-view.js";
import { placesSection } from "./setup-places-view.js";
import { readersSection } from "./setup-readers-view.js";

const LOOK_MS = 1000;

const frame = await Frame.start("setup");
await whoAmI();

const calibration = { ...calibrationSection(frame), take: () => {} };
const sections = [readersSection(), placesSection(), calibration, backupsSection(), brokerSection()];
const ways = h("nav", { class: "setup-ways" });
fill(document.getElementById("page"), h("div", { class: "setup-layout" }, ways, ...sections.map((one) => one.element)));

function show() {
  ways.setAttribute("aria-label", t("setup.title"));
  fill(ways, ...sections.map((one) => h("a", { class: "second", href: `#${one.element.id}` }, t(`setup.way.${one.element.id.replace("-section", "")}`))));
  sections.forEach((one) => one.show());
}

async function look() {
  try {
    const { status, body } = await get("/api/setup");
    if (status === 200) sections.forEach((one) => one.take(body));
  } catch {
    // the stream of the calibration tells whether the gateway is reached
  }
  setTimeout(look, LOOK_MS);
}

show();
onLanguage(show);
look();
