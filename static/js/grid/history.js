// What was changed in a grid, so that it can be taken back: each step is a list of {key, before, after}.

const MOST = 200;

export class History {
  #done = [];
  #undone = [];

  /** Keep a step; what had been taken back is forgotten, as everywhere. */
  push(step) {
    const real = step.filter((one) => one.before !== one.after);
    if (real.length === 0) return;
    this.#done.push(real);
    if (this.#done.length > MOST) this.#done.shift();
    this.#undone = [];
  }

  /** Return the values to put back, as [key, value]; none when nothing is left. */
  undo() {
    const step = this.#done.pop();
    if (!step) return [];
    this.#undone.push(step);
    return step.map((one) => [one.key, one.before]);
  }

  /** Return the values to put in again. */
  redo() {
    const step = this.#undone.pop();
    if (!step) return [];
    this.#done.push(step);
    return step.map((one) => [one.key, one.after]);
  }
}
