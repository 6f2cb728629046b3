// The grid: a table of inputs that is typed in as in Excel and saves by itself. Without this file the form posts.

import { History } from "./grid/history.js";
import { Outbox } from "./grid/outbox.js";
import { sender } from "./grid/post.js";
import { Sheet, put } from "./grid/sheet.js";
import { format, parse, tidy } from "./grid/tsv.js";
import { Teller } from "./grid/teller.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
  constructor(form, storage = sessionStorage) {
    this.form = form;
    this.sheet = new Sheet(form.querySelector("table[data-grid]"));
    this.history = new History();
    this.teller = new Teller(form, this.sheet, (key, value, base) => this.choose(key, value, base));
    this.values = new Map();
    this.picked = new Set();
    this.active = null;
    this.anchor = null;
    this.editing = false;
    this.isOwn = false;
    this.outbox = new Outbox({
      name: `grid ${form.dataset.owner} ${form.dataset.gridSave} ${location.search}`,
      send: form.dataset.gridSave ? sender(form) : async () => ({ state: "offline" }),
      storage,
      told: (fate) => this.told(fate),
      changed: (outbox) => this.teller.say(outbox),
    });
    this.begin();
  }

  begin() {
    this.sheet.byKey.forEach((control, key) => {
      const stands = control.tagName === "SELECT"
        ? Array.from(control.options).find((one) => one.defaultSelected)?.value ?? ""
        : control.defaultValue;
      this.outbox.base.set(key, stands);
      put(control, stands);
      this.values.set(key, stands);
    });
    this.outbox.typed().forEach(([key, value]) => {
      const control = this.sheet.byKey.get(key);
      if (!control) return;
      put(control, value);
      this.values.set(key, value);
    });
    this.outbox.held.forEach((fate) => this.teller.mark(fate));
    if (this.outbox.unsent > 0) this.outbox.flush();
    const table = this.sheet.table;
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("focusin", (event) => this.enter(event.target));
    table.addEventListener("focusout", () => this.commit());
    table.addEventListener("input", (event) => this.typed(event.target));
    table.addEventListener("change", (event) => event.target.dataset.second === undefined || this.second(event.target));
    table.addEventListener("pointerdown", (event) => this.point(event));
    table.addEventListener("dblclick", (event) => event.target.dataset.cell && this.edit());
    ["copy", "cut", "paste"].forEach((name) => table.addEventListener(name, (event) => this[name](event)));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.commit(); this.outbox.flush(); });
    window.addEventListener("online", () => this.outbox.flush());
    window.addEventListener("focus", () => this.outbox.trouble && this.outbox.flush());
    window.addEventListener("pagehide", () => this.outbox.keep());
    window.addEventListener("beforeunload", (event) => {
      this.commit();
      this.outbox.keep();
      if (this.outbox.unsent + this.outbox.held.size > 0) {
        event.preventDefault();
        this.outbox.flush();
      }
    });
    this.form.querySelectorAll("fieldset[data-grid-wakes]").forEach((one) => { one.disabled = false; });
    this.form.classList.add("is-grid");
    this.teller.say(this.outbox);
  }

  // ---- Where one is --------------------------------------------------------------------------------

  at(control = this.active) {
    return this.sheet.place.get(control);
  }

  enter(control) {
    if (!this.sheet.place.has(control)) return;
    if (control !== this.active) this.editing = false;
    this.active = control;
    if (!this.isOwn) this.anchor = control;
    if (control.select && !this.editing) control.select();
    if (!this.isOwn) this.pick();
  }

  go(control, keepAnchor = false) {
    this.commit();
    this.editing = false;
    if (!control) {
      this.active.select?.();
      return;
    }
    this.isOwn = keepAnchor;
    control.focus({ preventScroll: true });
    control.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.isOwn = false;
    this.pick();
  }

  pick() {
    const now = new Set();
    if (this.anchor && this.active !== this.anchor) {
      this.range().flat().forEach((one) => one && now.add(one.closest("td")));
    }
    this.picked.forEach((cell) => now.has(cell) || cell.classList.remove("is-picked"));
    now.forEach((cell) => this.picked.has(cell) || cell.classList.add("is-picked"));
    this.picked = now;
  }

  range() {
    return this.sheet.between(this.at(this.anchor ?? this.active), this.at());
  }

  point(event) {
    const control = event.target;
    if (!this.sheet.place.has(control)) return;
    if (event.pointerType === "touch" || control === this.active) {
      this.active = control;
      this.editing = true;
    } else if (event.shiftKey && this.active) {
      event.preventDefault();
      this.go(control, true);
    } else {
      control.addEventListener("pointerup", () => this.editing || control.select?.(), { once: true });
    }
  }

  edit() {
    this.editing = true;
    const end = this.active.value.length;
    if (this.active.setSelectionRange) this.active.setSelectionRange(end, end);
    else this.active.showPicker?.();
  }

  // ---- Keys ----------------------------------------------------------------------------------------

  key(event) {
    const control = event.target;
    if (!this.sheet.place.has(control) || event.isComposing) return;
    if (this.command(event) || this.move(event)) event.preventDefault();
    else if (control.tagName === "SELECT" && event.key.length === 1 && event.key !== " " && !event.ctrlKey) {
      const value = tidy("level", event.key);
      event.preventDefault();
      if (Array.from(control.options).some((one) => one.value === value)) this.change([[control, value]]);
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && control.tagName === "TEXTAREA") {
      this.editing = true;
    }
  }

  command(event) {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === "d") return this.fillDown();
      if (key === "s") return this.flush();
      if (key === "z" && !event.shiftKey && !this.editing) return this.change(this.found(this.history.undo()), false);
      if ((key === "y" || (key === "z" && event.shiftKey)) && !this.editing) {
        return this.change(this.found(this.history.redo()), false);
      }
      return false;
    }
    if (event.key === "Escape") return this.giveBack();
    if (event.key === "F2") return this.edit() ?? true;
    const clears = event.key === "Delete" || (event.key === "Backspace" && this.active.tagName === "SELECT");
    if (clears && !this.editing) return this.change(this.range().flat().filter(Boolean).map((one) => [one, ""]));
    return false;
  }

  move(event) {
    const { key, shiftKey: back } = event;
    const place = this.at();
    if (event.altKey) return this.newLine(key);
    if (key === "Enter") return this.go(this.sheet.next(place, back ? -1 : 1, 0)) ?? true;
    if (key === "Tab") {
      const to = this.sheet.after(place, back ? -1 : 1);
      return to ? this.go(to) ?? true : false;
    }
    if (this.editing) return false;
    if (key in MOVES) return this.go(this.sheet.next(place, ...MOVES[key]), back) ?? true;
    if (key === "Home" || key === "End") return this.go(this.sheet.edge(place, key === "End", event.ctrlKey), back) ?? true;
    return false;
  }

  newLine(key) {
    if (key !== "Enter" || this.active.tagName !== "TEXTAREA") return false;
    this.active.setRangeText("\n", this.active.selectionStart, this.active.selectionEnd, "end");
    this.typed(this.active);
    return true;
  }

  flush() {
    this.commit();
    this.outbox.flush();
    return true;
  }

  // ---- Changes -------------------------------------------------------------------------------------

  typed(control) {
    if (!this.sheet.place.has(control)) return;
    this.outbox.put(control.dataset.cell, control.value, { typing: control.tagName !== "SELECT", second: this.isSecond(control) });
    if (control.tagName === "SELECT") this.commit();
  }

  commit() {
    const control = this.active;
    if (!control) return;
    const { cell, kind } = control.dataset;
    const before = this.values.get(cell);
    if (control.value === before) return;
    const value = tidy(kind, control.value);
    if (value !== control.value) put(control, value);
    this.history.push([{ key: cell, before, after: value }]);
    this.keep(control, value);
  }

  /** Change cells in one step that can be taken back. */
  change(cells, isStep = true) {
    const step = cells.map(([control, value]) => {
      const { cell, kind } = control.dataset;
      const before = this.values.get(cell);
      const after = isStep ? tidy(kind, value) : value;
      put(control, after);
      this.keep(control, after);
      return { key: cell, before, after };
    });
    if (isStep) this.history.push(step);
    else if (cells.length > 0) this.go(cells[0][0]);
    this.editing = false;
    return true;
  }

  keep(control, value) {
    const { cell } = control.dataset;
    this.values.set(cell, value);
    this.teller.clear(cell);
    this.outbox.put(cell, value, { second: this.isSecond(control) });
  }

  found(values) {
    return values.map(([key, value]) => [this.sheet.byKey.get(key), value]).filter(([control]) => control);
  }

  /** A mark says with itself whether it is that of a second sitting: "1", "0", or "" where there is no such box. */
  isSecond(control) {
    const box = control.closest("td").querySelector("[data-second]");
    return !box || box.checked === box.defaultChecked ? "" : box.checked ? "1" : "0";
  }

  second(box) {
    const control = box.closest("td").querySelector("[data-cell]");
    if (!box.checked) this.outbox.put(control.dataset.cell, control.value, { second: this.isSecond(control) });
  }

  giveBack() {
    const control = this.active;
    const before = this.values.get(control.dataset.cell);
    if (control.value !== before) {
      put(control, before);
      this.outbox.put(control.dataset.cell, before);
    }
    this.editing = false;
    control.select?.();
    return true;
  }

  fillDown() {
    const rows = this.range();
    const first = rows.length > 1 ? rows.shift() : this.above();
    if (!first) return true;
    return this.change(rows.flatMap((row) =>
      row.map((one, i) => one && first[i] && [one, first[i].value]).filter(Boolean)));
  }

  above() {
    const found = this.sheet.next(this.at(), -1, 0);
    return found ? [found] : null;
  }

  // ---- The clipboard -------------------------------------------------------------------------------

  copy(event) {
    if (!this.active || (this.editing && this.picked.size === 0)) return;
    event.preventDefault();
    this.commit();
    event.clipboardData.setData("text/plain", format(this.range().map((row) => row.map((one) => one?.value ?? ""))));
  }

  cut(event) {
    if (!this.active || this.editing) return;
    this.copy(event);
    this.change(this.range().flat().filter(Boolean).map((one) => [one, ""]));
  }

  paste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!this.active || (this.editing && !/[\t\n]/.test(text.trimEnd()))) return;
    event.preventDefault();
    const block = parse(text);
    const range = this.range();
    if (block.length === 1 && block[0].length === 1) {
      this.change(range.flat().filter(Boolean).map((one) => [one, block[0][0]]));
      return;
    }
    const from = [this.at(this.anchor ?? this.active), this.at()];
    const start = [Math.min(from[0][0], from[1][0]), Math.min(from[0][1], from[1][1])];
    const { placed, lost } = this.sheet.laid(start, block);
    this.change(placed);
    this.teller.pasted(placed.length, lost);
  }

  // ---- What the server says ------------------------------------------------------------------------

  told(fate) {
    const control = this.sheet.byKey.get(fate.cell);
    if (!control) return;
    const isTouched = fate.isOld || control.value !== fate.yours;
    if (fate.state === "saved") {
      if (!isTouched && fate.value !== fate.yours) {
        put(control, fate.value);
        this.values.set(fate.cell, fate.value);
      }
      const box = control.closest("td").querySelector("[data-second]");
      if (box) box.defaultChecked = box.checked;
      this.teller.clear(fate.cell);
    } else if (!fate.isOld) this.teller.mark(fate);
  }

  /** Take one of two values for a cell that two people wrote; `base` is what the other wrote. */
  choose(key, value, base) {
    const control = this.sheet.byKey.get(key);
    put(control, value);
    this.values.set(key, value);
    this.outbox.base.set(key, base);
    this.teller.clear(key);
    this.outbox.put(key, value, { base });
    control.focus();
  }
}

document.querySelectorAll("form[data-grid-form]").forEach((form) => { form.grid = new Grid(form); });
