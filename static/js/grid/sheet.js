// The table of a grid as rows and columns of controls: <input>, <select> and <textarea> with data-cell and data-kind.

export const text = (control) => control.value;

export class Sheet {
  constructor(table) {
    this.table = table;
    this.rows = Array.from(table.tBodies).flatMap((body) => Array.from(body.rows));
    this.cells = this.rows.map((row) =>
      Array.from(row.querySelectorAll("td"), (cell) => cell.querySelector("[data-cell]")));
    this.place = new Map();
    this.byKey = new Map();
    this.cells.forEach((row, r) => row.forEach((control, c) => {
      if (!control) return;
      this.place.set(control, [r, c]);
      this.byKey.set(control.dataset.cell, control);
    }));
    this.width = Math.max(0, ...this.cells.map((row) => row.length));
  }

  control(r, c) {
    return this.cells[r]?.[c] ?? null;
  }

  isShown(r) {
    return !this.rows[r].hidden;
  }

  /** Return the next control from a place in a direction, over hidden rows and closed cells; null at the edge. */
  next([r, c], down, right) {
    for (;;) {
      r += down;
      c += right;
      if (r < 0 || c < 0 || r >= this.rows.length || c >= this.width) return null;
      if (this.isShown(r) && this.control(r, c)) return this.control(r, c);
    }
  }

  /** Return the control that Tab leads to: along the row, then the beginning of the next. */
  after([r, c], step) {
    for (let at = r * this.width + c + step; at >= 0 && at < this.rows.length * this.width; at += step) {
      const row = Math.floor(at / this.width);
      const control = this.control(row, at % this.width);
      if (control && this.isShown(row)) return control;
    }
    return null;
  }

  /** Return the first or last control of a row, or of the whole table. */
  edge([r], last, whole) {
    const rows = whole ? this.cells.map((_row, i) => i).filter((i) => this.isShown(i)) : [r];
    const found = rows.flatMap((i) => this.cells[i].filter(Boolean));
    return found.at(last ? -1 : 0) ?? null;
  }

  /** Return the controls between two places, as rows; closed cells are null, hidden rows are left out. */
  between([r1, c1], [r2, c2]) {
    const rows = [];
    for (let r = Math.min(r1, r2); r <= Math.max(r1, r2); r += 1) {
      if (this.isShown(r)) rows.push(this.cells[r].slice(Math.min(c1, c2), Math.max(c1, c2) + 1));
    }
    return rows;
  }

  /** Return where the cells of a pasted block go from a place on, as [control, text]; and how many found no place. */
  laid([r, c], block) {
    const rows = this.cells.map((_row, i) => i).filter((i) => i >= r && this.isShown(i));
    const placed = [];
    let lost = 0;
    block.forEach((line, i) => line.forEach((value, j) => {
      if (value.trim() === "") return;
      const control = rows[i] === undefined ? null : this.control(rows[i], c + j);
      if (control) placed.push([control, value]);
      else lost += 1;
    }));
    return { placed, lost };
  }
}

/** Put a value into a control; a <select> gets an option for what its list does not have, so that nothing is lost. */
export function put(control, value) {
  if (control.tagName === "SELECT" && !Array.from(control.options).some((one) => one.value === value)) {
    control.querySelector("[data-foreign]")?.remove();
    const option = new Option(value, value);
    option.dataset.foreign = "";
    control.append(option);
  }
  control.value = value;
}
