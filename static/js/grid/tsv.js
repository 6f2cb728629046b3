// Text that Excel puts on the clipboard, and takes from it: tabs between cells, line ends between rows, quotes around both.

/** Return the rows of a pasted block; a quoted cell may hold tabs, line ends and doubled quotes. */
export function parse(text) {
  const rows = [[]];
  let at = 0;
  let cell = "";
  const plain = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  while (at < plain.length) {
    const sign = plain[at];
    if (cell === "" && sign === '"') {
      const end = closing(plain, at + 1);
      if (end > 0) {
        cell = plain.slice(at + 1, end).replaceAll('""', '"');
        at = end + 1;
        continue;
      }
    }
    if (sign === "\t" || sign === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (sign === "\n") rows.push([]);
    } else {
      cell += sign;
    }
    at += 1;
  }
  rows.at(-1).push(cell);
  return rows;
}

/** Return where a quoted cell ends: at a single quote before a tab, a line end or the end; 0 when it never does. */
function closing(text, from) {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] !== '"') continue;
    if (text[at + 1] === '"') at += 1;
    else return at + 1 === text.length || text[at + 1] === "\t" || text[at + 1] === "\n" ? at : 0;
  }
  return 0;
}

/** Return rows as Excel takes them. */
export function format(rows) {
  const quoted = (cell) => (/["\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

const LEVELS = { "HOÀN THÀNH TỐT": "T", "HOÀN THÀNH": "H", "CHƯA HOÀN THÀNH": "C" };

/** Return a value as its column writes it: levels in capitals, whole marks without their decimals; else as typed. */
export function tidy(kind, value) {
  if (kind === "words") return value;
  const text = value.normalize("NFC").trim();
  if (kind === "level") return LEVELS[text.toUpperCase()] ?? text.toUpperCase();
  if (kind === "mark") return text.replace(/^(\d{1,2})[.,]0+$/, "$1").replace(/^0(\d)$/, "$1");
  return text;
}
