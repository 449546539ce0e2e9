// Setting up: one section for each thing that is set up on a page; each builds and updates itself.

import { whoAmI } from "./api.js";
import { calibrationSection } from "./calibration-view.js";
import { fill, h } from "./dom.js";
import { Frame } from "./frame.js";
import { onLanguage } from "./language.js";

const frame = await Frame.start("setup");
await whoAmI();

const sections = [calibrationSection(frame)];
fill(document.getElementById("page"), h("div", { class: "setup-layout" }, ...sections.map((one) => one.element)));
onLanguage(() => sections.forEach((one) => one.show()));
