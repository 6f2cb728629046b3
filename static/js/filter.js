// Filter the rows of a table as one types: "nguyen an" finds "Nguyễn Ân". Without this file the form asks the server.

/** Return the text in lower case, without diacritics, one space between words. */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
}

function enhance(form) {
  const table = document.getElementById(form.dataset.filter);
  const input = form.querySelector("input[type=search]");
  const count = form.querySelector("[data-filter-count]");
  if (!table || !input) return;
  const rows = Array.from(table.tBodies).flatMap((body) => Array.from(body.rows));
  const texts = rows.map((row) => plain(row.textContent));

  function show() {
    const words = plain(input.value).split(" ");
    let found = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      if (!row.hidden) found += 1;
    });
    const unit = count?.dataset.unit ?? "";
    if (count) count.textContent = `${found === rows.length ? found : `${found}/${rows.length}`} ${unit}`.trim();
  }

  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button[type=submit]")?.setAttribute("hidden", "");
  if (input.value) show();
}

// A page cut into pages by the server keeps asking the server: only there are all rows.
document.querySelectorAll("form[data-filter]:not([data-filter-server])").forEach(enhance);
