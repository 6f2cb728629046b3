// One batch of cells to the server; a new token is taken from the page when the old one no longer fits.

/** Return `send` for an outbox: `form` has the token, `form.dataset.gridSave` the address, `form.dataset.owner` who. */
export function sender(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]");

  async function post(batch, cells) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, owner: form.dataset.owner, batch });
    body.set("cells", JSON.stringify(cells));
    return fetch(form.dataset.gridSave, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
  }

  /** Take the token of the page as it is served now; false when that is a sign-in page or another person's. */
  async function renewed() {
    const answer = await fetch(location.href, { redirect: "manual", credentials: "same-origin" });
    if (!answer.ok) return "session";
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-grid-save]");
    if (!fresh) return "session";
    if (fresh.dataset.owner !== form.dataset.owner) return "other";
    token.value = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
    return "";
  }

  return async function send(batch, cells) {
    try {
      let answer = await post(batch, cells);
      if (answer.status === 403) {
        const why = await renewed();
        if (why) return { state: why };
        answer = await post(batch, cells);
      }
      if (answer.ok) return { state: "taken", ...(await answer.json()) };
      if (answer.type === "opaqueredirect" || answer.status === 401) return { state: "session" };
      if (answer.status === 409) return { state: "other" };
      return { state: answer.status >= 500 ? "offline" : "refused" };
    } catch {
      return { state: "offline" };
    }
  };
}
