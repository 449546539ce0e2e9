// Tasks on the orders page: what reports from the floor left for somebody to do.

import { h, icon } from "./dom.js";
import { knows, language, moment, t } from "./language.js";

/** @param troubles words of each code; @param finish called with the task. */
export function taskSections(tasks, troubles, finish) {
  if (tasks.length === 0) return [];
  return [h("h2", {}, t("tasks.open", { count: tasks.length })), ...tasks.map((one) => card(one, troubles, finish))];
}

function card(task, troubles, finish) {
  const about = [task.location, task.name || task.sku, task.order_id].filter(Boolean).join(" · ");
  return h(
    "article",
    { class: "card task", "data-task": task.task_id },
    h(
      "ul",
      { class: "doubts" },
      h(
        "li",
        {},
        icon("trouble"),
        h(
          "div",
          {},
          h("strong", {}, t(`tasks.${task.kind}`)),
          h("p", {}, words(task.code, troubles)),
          about ? h("p", {}, about) : "",
          h("p", { class: "muted" }, t("tasks.told", { by: task.by, since: moment(task.since_us) })),
        ),
      ),
    ),
    h(
      "div",
      { class: "decide" },
      h("button", { type: "button", class: "main", onclick: () => finish(task) }, t(knows(`tasks.done_${task.kind}`) ? `tasks.done_${task.kind}` : "tasks.done")),
    ),
  );
}

function words(code, troubles) {
  const known = troubles.find((one) => one.code === code);
  if (!known) return code;
  return language() === "zh" ? known.text_zh : known.text_en;
}
