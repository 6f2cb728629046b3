// What a grid says: the state line, a sentence beside a wrong cell, the question at a cell that two people wrote.

function filled(words, facts) {
  return words.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
}

function node(tag, className, words) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

export class Teller {
  constructor(form, sheet, choose) {
    this.sheet = sheet;
    this.choose = choose;
    this.words = form.querySelector("[data-grid-words]")?.dataset ?? {};
    this.line = form.querySelector("[data-grid-state]");
    this.note = form.querySelector("[data-grid-note]");
    this.help = form.querySelector("[data-grid-sign-in]");
  }

  /** Say how the cells stand: saved at, saving, not sent and why. */
  say(outbox) {
    if (!this.line) return;
    const said = this.sentence(outbox);
    if (this.line.textContent !== said) this.line.textContent = said;
    const state = outbox.trouble ? "offline" : outbox.unsent > 0 ? "saving" : "saved";
    this.line.className = `save-state save-state--${state}`;
    if (this.help) this.help.hidden = outbox.trouble !== "session";
  }

  sentence(outbox) {
    const facts = { n: outbox.unsent, time: outbox.at, held: outbox.held.size };
    const held = facts.held > 0 ? ` ${filled(this.words.held, facts)}` : "";
    if (outbox.trouble && facts.n > 0) return filled(this.words[outbox.trouble], facts) + held;
    if (facts.n > 0) return this.words.saving + held;
    return (outbox.at ? filled(this.words.saved, facts) : this.words.idle) + held;
  }

  pasted(count, lost) {
    if (!this.note) return;
    this.note.textContent = filled(lost > 0 ? this.words.pastedLost : this.words.pasted, { n: count, lost });
  }

  /** Put a sentence, or a question with its two answers, beside a cell. */
  mark({ cell: key, state, sentence, value: theirs, yours, who }) {
    const control = this.sheet.byKey.get(key);
    if (!control) return;
    this.clear(key);
    const beside = node("span", "results__note", sentence ?? "");
    beside.id = `${control.id}_error`;
    beside.dataset.gridSaid = "";
    beside.setAttribute("role", "status");
    if (state === "clash") {
      const empty = this.words.empty;
      beside.append(
        this.answer(filled(this.words.mine, { value: yours || empty }), () => this.choose(key, yours, theirs)),
        this.answer(filled(this.words.theirs, { value: theirs || empty, who }), () => this.choose(key, theirs, theirs)),
      );
    }
    const cell = control.closest("td");
    cell.classList.add("results__wrong");
    cell.append(beside);
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", beside.id);
  }

  answer(words, chosen) {
    const button = node("button", "button button--second grid__answer", words);
    button.type = "button";
    button.addEventListener("click", chosen);
    return button;
  }

  clear(key) {
    const control = this.sheet.byKey.get(key);
    if (!control?.hasAttribute("aria-invalid")) return;
    const cell = control.closest("td");
    cell.classList.remove("results__wrong");
    cell.querySelectorAll("[data-grid-said], .results__note").forEach((one) => one.remove());
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}
