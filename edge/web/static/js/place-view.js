// What is told of a place that somebody has chosen on the map: what lies there, by books and by tags.

import { h } from "./dom.js";
import { holds } from "./floor-map.js";
import { knows, moment, t } from "./language.js";

export function placeDetails(place) {
  return [
    h("h2", { id: "place-name" }, place.id),
    h("p", { class: "muted" }, t(knows(`kind.${place.kind}`) ? `kind.${place.kind}` : "kind.bin")),
    place.stale_since_us ? h("p", { class: "fault" }, t("floor.stale_place", { since: moment(place.stale_since_us) })) : null,
    h("p", { class: "large-count" }, t("floor.holds", { count: holds(place) })),
    h("p", { class: "muted" }, t("floor.items", { count: place.items })),
    place.stock.length === 0
      ? h("p", { class: "muted" }, t("floor.no_stock"))
      : h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ...["article", "pieces", "promised"].map((name) => h("th", { scope: "col", class: name === "article" ? null : "number" }, t(`floor.${name}`))))),
          h(
            "tbody",
            {},
            ...place.stock.map((one) =>
              h(
                "tr",
                {},
                h("td", {}, one.name || one.sku, h("small", { class: "sku" }, one.sku)),
                h("td", { class: "number" }, String(one.quantity)),
                h("td", { class: "number" }, String(one.reserved)),
              ),
            ),
          ),
        ),
  ];
}
