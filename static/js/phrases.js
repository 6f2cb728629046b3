// Phrases of the bank go into a comment at a press: <details data-phrases> from records/phrases.html.

/** Return a phrase with the pupil's given name in the place of {ten}. */
export function filled(phrase, name) {
  const given = name.trim().split(/\s+/).pop() ?? "";
  return given ? phrase.replaceAll("{ten}", given) : phrase;
}

function nameBeside(field) {
  const head = field.closest("tr")?.querySelector("th");
  return field.dataset.name ?? head?.firstChild?.textContent ?? "";
}

function enhance(bank) {
  const table = document.getElementById(bank.dataset.table ?? "");
  const hint = bank.querySelector("[data-phrases-hint]");
  let field = document.getElementById(bank.dataset.target ?? "");
  table?.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) field = event.target;
  });

  function put(phrase) {
    if (hint) hint.hidden = field !== null;
    if (!field) return;
    const text = filled(phrase, table ? nameBeside(field) : "");
    const before = field.value.trimEnd();
    field.value = before ? `${before} ${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  }

  bank.querySelectorAll("[data-phrase]").forEach((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "phrase";
    button.textContent = item.textContent;
    button.addEventListener("click", () => put(table ? item.dataset.phrase : item.textContent));
    item.replaceChildren(button);
  });
}

document.querySelectorAll("[data-phrases]").forEach(enhance);
