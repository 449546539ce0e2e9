// Setting up: one section for each thing that is set up on a page; each builds and updates itself.

import { get, whoAmI } from "./api.js";
import { calibrationSection } from "./calibration-view.js";
import { fill, h } from "./dom.js";
import { Frame } from "./frame.js";
import { onLanguage, t } from "./language.js";
import { backupsSection, brokerSection } from "./setup-care-view.js";
import { DevicesSection } from "./setup-devices-view.js";
import { SettingForm } from "./setup-form.js";
import { AntennaForm, GuideSection, SiteForms } from "./setup-guide-view.js";
import { placesSection } from "./setup-places-view.js";
import { readersSection } from "./setup-readers-view.js";

const LOOK_MS = 1000;

const frame = await Frame.start("setup");
const mayChange = (await whoAmI()).role === "administrator";

const guide = new GuideSection(mayChange);
const forms = new SiteForms(lookAtSite);
const antennas = new AntennaForm(lookAtSite);
const handhelds = new DevicesSection();
const typed = new SettingForm({ id: "reader", path: "/api/setup/readers", fields: [{ name: "host", kind: "text" }, { name: "port", kind: "number" }] });
typed.take({ port: 5084 });

const [readers, places, broker] = [readersSection(), placesSection(), brokerSection()];
const calibration = { ...calibrationSection(frame), take: () => {} };
const sections = [readers, places, calibration, backupsSection(), broker];
readers.element.append(typed.element);
if (mayChange) {
  places.element.append(antennas.element);
  broker.element.append(forms.broker.element);
}
const own = h("section", { class: "setup-section", id: "site-section" }, h("h2", {}), ...(mayChange ? [forms.site.element, forms.certificates.element, forms.people.element] : []));
const ways = h("nav", { class: "setup-ways" });
const shown = [guide.element, ...(mayChange ? [own, handhelds.element] : []), ...sections.map((one) => one.element)];
fill(document.getElementById("page"), h("div", { class: "setup-layout" }, ways, ...shown));

function show() {
  ways.setAttribute("aria-label", t("setup.title"));
  fill(ways, ...shown.map((one) => h("a", { class: "second", href: `#${one.id}` }, t(`setup.way.${one.id.replace("-section", "")}`))));
  own.firstChild.textContent = t("setup.way.site");
  [guide, forms, antennas, typed, handhelds, ...sections].forEach((one) => one.show());
}

async function lookAtSite() {
  const { status, body } = await get("/api/setup/site");
  if (status === 200) [guide, forms, antennas].forEach((one) => one.take(body));
}

async function look() {
  try {
    const { status, body } = await get("/api/setup");
    if (status === 200) sections.forEach((one) => one.take(body));
    await lookAtSite();
    if (mayChange) await handhelds.look();
  } catch {
    // the stream of the calibration tells whether the gateway is reached
  }
  setTimeout(look, LOOK_MS);
}

show();
onLanguage(show);
look();
