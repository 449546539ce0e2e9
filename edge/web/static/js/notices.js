// What the gateway has to say beside a prompt: a line above it, and whether somebody did wrong.

import { knows, t } from "./language.js";

/** A free count is asked for, not told of; anything else is a fault. */
export function noticeOf({ notice, notice_location: location, notice_item: item, totes, instead_of: ordered }) {
  if (notice === "zero_check") {
    return { kind: "info", words: t("notice.zero_check", { location }), details: t("notice.zero_check_details") };
  }
  if (notice === "look_near") {
    return { kind: "info", words: t("notice.look_near"), details: t("notice.look_near_details", { location }) };
  }
  if (notice === "lies_at") {
    return { kind: "info", words: t("notice.lies_at"), details: t("notice.lies_at_details", { location }) };
  }
  if (notice === "undone") {
    return { kind: "wrong", words: t("notice.undone"), details: t("notice.undone_details") };
  }
  if (notice === "foreign_item") {
    return { kind: "wrong", words: noticeWords(notice), details: item };
  }
  if (notice === "substitute") {
    return { kind: "info", words: t("notice.substitute"), details: t("notice.substitute_details", { name: ordered }) };
  }
  if (notice === "taken_over") {
    return { kind: "info", words: t("notice.taken_over"), details: t("notice.taken_over_details", { totes: totes.join(", ") }) };
  }
  return { kind: isMild(notice) ? "info" : "wrong", words: noticeWords(notice) };
}

/** Something to know that nobody did wrong. */
export function isMild(notice) {
  return ["zero_check", "neighbour_item", "look_near", "taken_over", "substitute", "lies_at", "not_at_work"].includes(notice);
}

function noticeWords(notice) {
  return t(knows(`notice.${notice}`) ? `notice.${notice}` : "notice.other", { notice });
}
