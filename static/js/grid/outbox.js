// Cells on their way to the server: kept in the browser until it has said what became of each.

const AT_ONCE = 100;
const SOON_MS = 400;
const WHILE_TYPING_MS = 2500;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 20000;

function number() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * `send(batch, cells)` resolves to {state: "taken", at, cells} or {state: "offline" | "session" | "other" | "refused"};
 * `storage` is like sessionStorage; `told(fate)` hears of each cell, `changed(outbox)` of the state line.
 */
export class Outbox {
  base = new Map();
  held = new Map();
  at = "";
  trouble = "";
  #waiting = new Map();
  #flying = null;
  #sending = false;
  #isSaying = false;
  #timer = 0;
  #due = Infinity;
  #wait = FIRST_WAIT_MS;

  constructor({ name, send, storage, told, changed }) {
    Object.assign(this, { name, send, storage, told, changed });
    const kept = JSON.parse(storage.getItem(name) ?? "null");
    if (!kept) return;
    this.#waiting = new Map(kept.waiting);
    this.#flying = kept.flying;
    this.held = new Map(kept.held);
  }

  /** Return how many cells the server has not answered for. */
  get unsent() {
    const keys = new Set(this.#waiting.keys());
    this.#flying?.cells.forEach((one) => keys.add(one.cell));
    return keys.size;
  }

  /** Return what was typed and is not saved, as [key, value], newest value of each cell. */
  typed() {
    const found = new Map(this.#flying?.cells.map((one) => [one.cell, one.value]) ?? []);
    this.held.forEach((one, key) => found.set(key, one.yours));
    this.#waiting.forEach((one, key) => found.set(key, one.value));
    return [...found];
  }

  /** Take in a cell's value; `typing` while the cell is still being typed in. */
  put(key, value, { second = "", typing = false, base } = {}) {
    const seen = base ?? this.held.get(key)?.theirs ?? this.#waiting.get(key)?.base ?? this.base.get(key) ?? "";
    const inFlight = this.#flying?.cells.some((one) => one.cell === key);
    this.held.delete(key);
    if (value === seen && !second && !inFlight) this.#waiting.delete(key);
    else this.#waiting.set(key, { value, base: seen, second });
    this.#schedule(typing ? WHILE_TYPING_MS : SOON_MS);
    this.#say();
  }

  /** Send now, also after a trouble. */
  async flush() {
    clearTimeout(this.#timer);
    this.#due = Infinity;
    this.keep();
    if (this.#sending) return;
    if (!this.#flying && this.#waiting.size === 0) return;
    this.#sending = true;
    this.#flying ??= this.#next();
    this.keep();
    this.changed(this);
    const answer = await this.send(this.#flying.batch, this.#flying.cells);
    this.#sending = false;
    this.trouble = answer.state === "taken" ? "" : answer.state;
    if (answer.state === "taken") this.#taken(answer);
    if (this.trouble) {
      this.#schedule(this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    } else if (this.#waiting.size > 0) {
      this.#schedule(0);
    }
    this.keep();
    this.changed(this);
  }

  /** Write down what is not answered for yet. */
  keep() {
    if (this.unsent === 0 && this.held.size === 0) this.storage.removeItem(this.name);
    else {
      const kept = { waiting: [...this.#waiting], flying: this.#flying, held: [...this.held] };
      this.storage.setItem(this.name, JSON.stringify(kept));
    }
  }

  get isSending() {
    return this.#sending;
  }

  #next() {
    const some = [...this.#waiting].slice(0, AT_ONCE);
    some.forEach(([key]) => this.#waiting.delete(key));
    return { batch: number(), cells: some.map(([cell, one]) => ({ cell, ...one })) };
  }

  #taken(answer) {
    const sent = new Map(this.#flying.cells.map((one) => [one.cell, one]));
    this.#flying = null;
    this.#wait = FIRST_WAIT_MS;
    this.at = answer.at;
    answer.cells.forEach((fate) => {
      const again = this.#waiting.get(fate.cell);
      if (fate.state === "saved" || fate.state === "closed") this.base.set(fate.cell, fate.value);
      if (again && fate.state !== "clash") again.base = fate.value;
      if (fate.state !== "saved" && !again) {
        this.held.set(fate.cell, { ...fate, yours: sent.get(fate.cell).value, theirs: fate.value });
      }
      this.told({ ...fate, yours: sent.get(fate.cell).value, isOld: Boolean(again) });
    });
  }

  /** Tell of the state once, however many cells change at once. */
  #say() {
    if (this.#isSaying) return;
    this.#isSaying = true;
    queueMicrotask(() => {
      this.#isSaying = false;
      this.changed(this);
    });
  }

  #schedule(delay) {
    const due = Date.now() + delay;
    if (due >= this.#due && delay !== WHILE_TYPING_MS) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.flush(), delay);
  }
}
