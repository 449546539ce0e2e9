// How the returns station looks. It is given everything and keeps nothing but its elements.

import { fill, h, icon } from "./dom.js";
import { knows, t } from "./language.js";
import { StationView } from "./station-parts.js";

const GRADES = ["restock", "quarantine", "scrap"];

export class ReturnsView extends StationView {
  /** @param actions grade(piece, grade), giveReason(code, reason), otherOrder(). */
  constructor(actions) {
    super(actions);
    this._dialog = h("dialog", { class: "choices", "aria-labelledby": "reason-title" });
    document.body.append(this._dialog);
  }

  show({ list, order, note }) {
    this._label.textContent = t(order === null ? "returns.scan" : "returns.scan_piece");
    this._note.show(note);
    fill(this._body, this._head(order), ...(list === null ? [] : this._lists(list)));
  }

  /** Nobody announced this piece: why did it come back? */
  askReason(code, { order_id: orderId, reasons }) {
    const choose = (reason) => {
      this._dialog.close();
      this._actions.giveReason(code, reason);
    };
    fill(
      this._dialog,
      h("h2", { id: "reason-title" }, t("returns.reason_title")),
      h("p", {}, t("pack.order", { order: orderId })),
      h(
        "div",
        { class: "buttons" },
        ...reasons.map((reason) =>
          h("button", { type: "button", class: "second", "data-reason": reason, onclick: () => choose(reason) }, reasonWords(reason)),
        ),
        h("button", { type: "button", class: "main", onclick: () => this._dialog.close() }, t("pick.back")),
      ),
    );
    if (!this._dialog.open) this._dialog.showModal();
  }

  _head(order) {
    if (order === null) {
      return h(
        "div",
        { class: "calm empty" },
        icon("tote"),
        h("div", {}, h("h2", { class: "large" }, t("returns.empty")), h("p", { class: "muted" }, t("returns.empty_details"))),
      );
    }
    return h(
      "div",
      { class: "station-head" },
      h("strong", { id: "order" }, order.order_id),
      order.return_id ? h("span", {}, t("returns.announced", { id: order.return_id })) : h("span", {}, t("returns.unannounced")),
      order.reason ? h("span", {}, reasonWords(order.reason)) : null,
      h("button", { type: "button", class: "link", onclick: () => this._actions.otherOrder() }, t("returns.other_order")),
    );
  }

  _lists(list) {
    const expected = list.expected.filter((one) => one.received < one.expected);
    return [
      h("h2", {}, t("returns.ungraded", { count: list.ungraded })),
      list.pieces.length === 0 ? h("p", { class: "muted" }, t("returns.nothing_ungraded")) : null,
      h("ul", { class: "returned", id: "returned" }, ...list.pieces.map((one) => this._piece(one))),
      list.to_put_away > 0 ? h("p", { class: "muted", id: "to-put-away" }, t("returns.to_put_away", { count: list.to_put_away })) : null,
      expected.length > 0 ? h("h2", {}, t("returns.expected", { count: expected.length })) : null,
      h(
        "ul",
        { class: "returned" },
        ...expected.map((one) =>
          h("li", { class: "card returned-piece" }, h("strong", {}, one.return_id), h("p", { class: "facts" }, h("span", {}, t("pack.order", { order: one.order_id })), h("span", {}, `${one.received} / ${one.expected}`), h("span", {}, reasonWords(one.reason)))),
        ),
      ),
    ];
  }

  _piece(piece) {
    return h(
      "li",
      { class: "card returned-piece", "data-piece": piece.piece_id },
      h("strong", {}, piece.name || piece.sku),
      h(
        "p",
        { class: "facts" },
        h("span", { class: "sku" }, piece.sku),
        h("span", {}, t("pack.order", { order: piece.order_id })),
        h("span", {}, reasonWords(piece.reason)),
        h("span", {}, piece.location),
      ),
      h(
        "div",
        { class: "grades", role: "group", "aria-label": t("returns.grades", { name: piece.name || piece.sku }) },
        ...GRADES.map((grade) => this._gradeButton(piece, grade)),
      ),
    );
  }

  /** The proposed grade is the large one, and says so in words. */
  _gradeButton(piece, grade) {
    const chosen = piece.grade === grade;
    const proposed = piece.grade === null && piece.proposed === grade;
    return h(
      "button",
      {
        type: "button",
        class: proposed ? "main" : "second",
        "data-grade": grade,
        disabled: chosen,
        onclick: () => this._actions.grade(piece, grade),
      },
      h("span", {}, t(`grade.${grade}`)),
      proposed ? h("small", {}, t("returns.proposed")) : null,
      chosen ? h("small", {}, t("returns.chosen")) : null,
    );
  }
}

function reasonWords(reason) {
  return knows(`reason.${reason}`) ? t(`reason.${reason}`) : reason;
}
