// One card with a form that changes a part of the configuration: fields from a list, what the files
// say as long as nobody types, and what the gateway answered.

import { newKey, post } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { knows, t } from "./language.js";
import { saidWords } from "./words.js";

/**
 * A form.
 *
 * @param id of the element; its words are setup.form.{id}.title, .hint and .save.
 * @param fields list of {name, kind, options}: kind is text, number, check, pin, password, select or list.
 * @param path where it is posted.
 * @param tried where it can be tried before, or null.
 */
export class SettingForm {
  constructor({ id, fields, path, tried = null, onDone = () => {} }) {
    Object.assign(this, { id, fields, path, tried, onDone });
    this._note = null;
    this._busy = false;
    this._touched = false;
    this._pending = null; // a wish whose answer is not known yet, with its key
    this._inputs = new Map(fields.map((field) => [field.name, inputOf(id, field)]));
    this._head = h("h3", {});
    this._hint = h("p", { class: "muted" });
    this._rows = h("div", { class: "setup-fields" });
    this._answer = h("div", { "aria-live": "polite" });
    this._save = h("button", { class: "main", id: `save-${id}` });
    this._try = tried === null ? null : h("button", { type: "button", class: "second", id: `try-${id}`, onclick: () => this._send(tried) });
    this.element = h(
      "form",
      { class: "card padded setup-card", id: `form-${id}`, oninput: () => (this._touched = true), onsubmit: (event) => (event.preventDefault(), this._send(path)) },
      this._head,
      this._hint,
      this._rows,
      this._answer,
      h("div", { class: "buttons columns" }, this._save, this._try),
    );
  }

  /** What the files say; shown unless somebody is typing. */
  take(values) {
    if (this._touched || values === undefined) return;
    for (const field of this.fields) {
      const input = this._inputs.get(field.name);
      if (field.kind === "check") input.checked = values[field.name] === true;
      else if (field.name in values) input.value = field.kind === "list" ? values[field.name].join(", ") : values[field.name];
    }
  }

  show() {
    this._head.textContent = t(`setup.form.${this.id}.title`);
    this._hint.textContent = t(`setup.form.${this.id}.hint`);
    this._save.textContent = t(`setup.form.${this.id}.save`);
    if (this._try) this._try.textContent = t("setup.form.try");
    this._save.disabled = this._busy;
    if (this._try) this._try.disabled = this._busy;
    fill(this._rows, ...this.fields.map((field) => this._row(field)));
    fill(this._answer, this._busy ? note("wait", "info", t("setup.form.asking")) : this._note);
  }

  _row(field) {
    const input = this._inputs.get(field.name);
    const words = t(`setup.field.${field.name}`);
    if (field.kind === "select") fillOptions(input, field.options);
    const label = h("label", { for: input.id }, words);
    return field.kind === "check" ? h("div", { class: "setup-check" }, input, label) : h("div", {}, label, input);
  }

  async _send(path) {
    const body = this._body();
    const wish = JSON.stringify([path, body]);
    if (this._pending?.wish !== wish) this._pending = { wish, key: newKey() };
    this._busy = true;
    this.show();
    try {
      const { status, body: told } = await post(path, body, this._pending.key);
      this._pending = null;
      const good = status === 200 && (told.accepted ?? told.good);
      this._note = note(good ? "right" : "trouble", good ? "right" : "trouble", wordsOf(told, good));
      if (good && path === this.path) {
        this._touched = false;
        for (const field of this.fields) if (field.kind === "pin" || field.kind === "password") this._inputs.get(field.name).value = "";
        this.onDone(body);
      }
    } catch {
      this._note = note("trouble", "trouble", t("home.fault.unreachable"));
    }
    this._busy = false;
    this.show();
  }

  _body() {
    const body = {};
    for (const { name, kind, isOptional } of this.fields) {
      const input = this._inputs.get(name);
      if (kind === "check") body[name] = input.checked;
      else if (isOptional && input.value === "") continue;
      else if (kind === "number") body[name] = Number(input.value);
      else if (kind === "list") body[name] = input.value.split(/[\s,，、]+/).filter(Boolean);
      else body[name] = input.value.trim();
    }
    return body;
  }
}

/** A line that says how something went. */
export function note(picture, kind, words) {
  return h("p", { class: `calibration-note note-${kind}`, role: kind === "trouble" ? "alert" : "status" }, icon(picture), h("span", {}, words));
}

/** What the gateway said, in words of the page where there are any. */
export function wordsOf(told, good) {
  if (told === null) return t("home.fault.unreachable");
  const code = told.code ?? told.error;
  if (code === undefined) return good ? t("setup.form.works") : t("setup.form.fails", { text: saidWords(told.text_said, told.text) });
  const words = knows(`code.${code}`) ? t(`code.${code}`) : told.text;
  const text = told.data?.faults ? faultWords(told.data).join(" ") : told.text;
  return good || !text || words === text ? words : `${words} ${text}`;
}

/** What is wrong with a configuration, a sentence each. */
export function faultWords({ faults, faults_said: said = [] }) {
  return faults.map((one, at) => saidWords(said[at], one));
}

export function fillOptions(select, options) {
  const chosen = select.value;
  fill(select, ...options.map((one) => h("option", { value: one }, knows(`setup.option.${one}`) ? t(`setup.option.${one}`) : one)));
  if (options.includes(chosen)) select.value = chosen;
}

function inputOf(form, { name, kind, options }) {
  const shared = { id: `${form}-${name}`, name, autocomplete: kind === "pin" || kind === "password" ? "new-password" : "off", spellcheck: "false" };
  if (kind === "select") {
    const select = h("select", shared);
    fillOptions(select, options);
    return select;
  }
  const type = { number: "number", check: "checkbox", pin: "password", password: "password" }[kind] ?? "text";
  return h("input", { ...shared, type, maxlength: kind === "check" || kind === "number" ? null : 253, step: kind === "number" ? "any" : null, inputmode: kind === "pin" ? "numeric" : null });
}
