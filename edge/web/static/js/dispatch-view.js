// How dispatch looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { t } from "./language.js";

export class DispatchView {
  /** @param actions close(manifest, partial). */
  constructor(actions) {
    this._actions = actions;
    this._body = h("div", { class: "station" });
    this._dialog = h("dialog", { class: "choices", "aria-labelledby": "partial-title" });
    fill(document.getElementById("page"), this._body);
    document.body.append(this._dialog);
  }

  show(list) {
    if (list === null) return fill(this._body);
    if (list.manifests.length === 0) return fill(this._body, nothing());
    fill(
      this._body,
      h("ul", { class: "returned", id: "manifests" }, ...list.manifests.map((one) => this._manifest(one))),
    );
  }

  /** Parcels are missing: close all the same? */
  askPartial(manifest) {
    const choose = () => {
      this._dialog.close();
      this._actions.close(manifest, true);
    };
    fill(
      this._dialog,
      h("h2", { id: "partial-title" }, t("dispatch.close_title")),
      h("p", {}, `${carrierOf(manifest)} · ${cutOffOf(manifest)}`),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "second", onclick: choose }, t("dispatch.close_partial")),
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
      h("ul", { class: "returned" }, ...one.missing.map(missing)),
      h("button", { type: "button", class: "main wide", disabled: one.loaded === 0, onclick: close }, t("dispatch.close")),
    );
  }
}

function missing(parcel) {
  return h(
    "li",
    { class: "facts" },
    h("span", { class: "sku" }, parcel.sscc),
    h("span", {}, t("pack.order", { order: parcel.order_id })),
    parcel.wrong_door ? h("strong", { class: "wrong-door" }, `⚠ ${t("dispatch.wrong_door", { portal: parcel.wrong_door })}`) : null,
  );
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
  const time = new Date(manifest.due_us / 1000).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  return t("dispatch.cut_off", { time });
}
