// How dispatch looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { grouped } from "./label-view.js";
import { kilograms, moment, t } from "./language.js";
import { palletSection } from "./pallets-view.js";
import { StationView } from "./station-parts.js";

export class DispatchView extends StationView {
  /** @param actions close(manifest, partial), beginAs(code), and those of `palletSection`. */
  constructor(actions) {
    const asLabel = h("button", { type: "button", class: "second", id: "begin-as", hidden: true });
    asLabel.addEventListener("click", () => actions.beginAs());
    super(actions, asLabel);
    this._asLabel = asLabel;
    this._dialog = h("dialog", { class: "choices", "aria-labelledby": "partial-title" });
    document.body.append(this._dialog);
  }

  /** @param offered whether the last scan may be a pallet's own label. */
  show({ list, chosen, places, place, label, note, offered }) {
    this._label.textContent = t(chosen ? "pallet.scan_parcel" : "pallet.scan_pallet");
    this._note.show(note);
    this._asLabel.hidden = !offered;
    this._asLabel.textContent = t("pallet.begin_as");
    if (list === null) return fill(this._body);
    const shown = list.manifests.length
      ? h("ul", { class: "returned", id: "manifests" }, ...alarmsFirst(list.manifests).map((one) => this._manifest(one)))
      : nothing();
    const pallets = { list: list.pallets, chosen, places, place, label };
    fill(this._body, palletSection(pallets, { ...this._actions, breakUp: (one) => this._askBreakUp(one) }), h("h2", {}, t("dispatch.manifests")), shown);
  }

  _askBreakUp(pallet) {
    this._ask(t("pallet.break_up_title"), pallet.sscc, t("pallet.break_up"), () => this._actions.step(pallet.sscc, "break_up"));
  }

  /** Parcels are missing: close all the same? */
  askPartial(manifest) {
    const about = `${carrierOf(manifest)} · ${cutOffOf(manifest)}`;
    this._ask(t("dispatch.close_title"), about, t("dispatch.close_partial"), () => this._actions.close(manifest, true));
  }

  _ask(title, about, yes, act) {
    const choose = () => {
      this._dialog.close();
      act();
    };
    fill(
      this._dialog,
      h("h2", { id: "partial-title" }, title),
      h("p", {}, about),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "second", onclick: choose }, yes),
        h("button", { type: "button", class: "main", onclick: () => this._dialog.close() }, t("dispatch.back")),
      ),
    );
    if (!this._dialog.open) this._dialog.showModal();
  }

  _manifest(one) {
    const close = () => (one.missing_count > 0 ? this.askPartial(one) : this._actions.close(one, false));
    return h(
      "li",
      { class: "card returned-piece manifest" },
      h("strong", { class: "large" }, carrierOf(one)),
      h(
        "p",
        { class: "facts" },
        h("span", {}, cutOffOf(one)),
        h("span", { class: "loaded" }, t("dispatch.loaded", one)),
        h("span", {}, one.missing_count > 0 ? t("dispatch.missing", { count: one.missing_count }) : `✓ ${t("dispatch.whole")}`),
      ),
      one.weight_g ? h("p", { class: "facts weight" }, weightOf(one)) : null,
      one.pallets.length > 0 ? h("p", { class: "facts on-pallets" }, `${t("pallet.title")}: ${one.pallets.map(grouped).join(", ")}`) : null,
      h("ul", { class: "returned" }, ...one.missing.map(missing)),
      h("button", { type: "button", class: "main wide", disabled: one.loaded === 0, onclick: close }, t("dispatch.close")),
    );
  }
}

function weightOf(manifest) {
  const weight = t("dispatch.weight", { weight: kilograms(manifest.weight_g) });
  return manifest.unweighed > 0 ? `${weight} · ${t("dispatch.unweighed", { count: manifest.unweighed })}` : weight;
}

function missing(parcel) {
  return h(
    "li",
    { class: "facts" },
    h("span", { class: "sku" }, parcel.sscc),
    h("span", {}, t("pack.order", { order: parcel.order_id })),
    parcel.wrong_door ? h("strong", { class: "wrong-door" }, `⚠ ${t("dispatch.wrong_door", { portal: parcel.wrong_door.replaceAll("-", "\u2011") })}`) : null,
  );
}

/** Whoever looks sees first what stands at a wrong door. */
function alarmsFirst(manifests) {
  const atWrongDoor = (one) => Number(one.missing.some((parcel) => parcel.wrong_door));
  return [...manifests].sort((a, b) => atWrongDoor(b) - atWrongDoor(a));
}

function nothing() {
  return h(
    "div",
    { class: "calm empty" },
    icon("tote"),
    h("div", {}, h("h2", { class: "large" }, t("dispatch.none")), h("p", { class: "muted" }, t("dispatch.none_details"))),
  );
}

function carrierOf(manifest) {
  return manifest.carrier || t("dispatch.no_carrier");
}

function cutOffOf(manifest) {
  if (manifest.due_us === null) return t("dispatch.no_cut_off");
  return t("dispatch.cut_off", { time: moment(manifest.due_us) });
}
