"""The grid at 60 × 20 in a slow browser: from a key to the next picture, beside the same table without our script."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hocba.bench.figures import Figure
from hocba.bench.ground import NotMeasurable
from hocba.bootstrap import places

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ROWS, COLUMNS = 60, 20
SLOWER = 4
"""Times slower than this processor, by the browser's own throttle: a teacher's old laptop."""
KEYS = (
    "8",
    "Enter",
    "T",
    "Tab",
    "ArrowUp",
    "Shift+ArrowDown",
    "Control+d",
    "ArrowRight",
    "Delete",
    "Control+z",
)
PLAIN_KEYS = ("8", "Tab")
"""A table without our script knows only these."""
STYLES = ("tokens", "base", "layout", "components", "records")
WORDS = "idle saving saved offline session other refused held pasted pasted-lost mine theirs empty"
PASTE = """text => { const data = new DataTransfer(); data.setData("text/plain", text);
  const before = performance.now();
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
  return new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel();
    c.port1.onmessage = () => done(performance.now() - before); c.port2.postMessage(0); })); }"""
WATCH = """() => { window.taken = []; document.addEventListener("keydown", event => {
  const from = event.timeStamp;
  requestAnimationFrame(() => { const c = new MessageChannel();
    c.port1.onmessage = () => window.taken.push(performance.now() - from); c.port2.postMessage(0); }); }, true); }"""


def measure(n: int) -> list[Figure]:
    """Return seconds from a key to paint over `n` keys, and of one paste of 540 cells. Raises: NotMeasurable."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotMeasurable("grid needs the development packages: playwright") from None
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise NotMeasurable("grid needs Chromium")
    with serving() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        plain, _none = _typed(browser, f"{address}/plain", n)
        ours, paste = _typed(browser, f"{address}/grid", n)
        browser.close()
    facts = {"rows": ROWS, "columns": COLUMNS, "slower": SLOWER}
    named = "the table without our script"
    return [
        Figure("grid.key-to-paint", "s", ours, named, plain, facts),
        Figure("grid.paste-540", "s", (paste,), named, plain, facts),
    ]


def _typed(browser: Any, address: str, n: int) -> tuple[tuple[float, ...], float]:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(address)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.locator("input").first.focus()
    paste = 0.0
    if address.endswith("grid"):
        lines = "\n".join("\t".join(["8,0"] * 12) for _row in range(45))
        paste = float(page.evaluate(PASTE, lines)) / 1000
    page.evaluate(WATCH)
    seen = 0
    for key in itertools.islice(itertools.cycle(KEYS if address.endswith("grid") else PLAIN_KEYS), n):
        page.keyboard.press(key)
        seen += 1 + ("+" in key)  # the modifier is a key of its own
        page.wait_for_function("n => window.taken.length >= n", arg=seen)
    taken = tuple(float(one) / 1000 for one in page.evaluate("window.taken"))
    page.close()
    return taken, paste


def body(script: bool) -> bytes:
    """Return a page with one grid, as templates/records/subject_year.html makes it."""
    heads = "".join(f'<th scope="col" id="c{c}">C{c}</th>' for c in range(COLUMNS))
    rows = "".join(
        f'<tr><th scope="row" id="r{r}">Nguyễn Văn Mẫu {r}</th>'
        + "".join(
            f'<td><input id="i{r}-{c}" data-cell="{r}:{c}:mark" data-kind="mark" aria-labelledby="r{r} c{c}"></td>'
            for c in range(COLUMNS)
        )
        + "</tr>"
        for r in range(ROWS)
    )
    words = " ".join(f'data-{one}="{one} {{n}}"' for one in WORDS.split())
    styles = "".join(f'<link rel="stylesheet" href="/css/{one}.css">' for one in STYLES)
    module = '<script type="module" src="/js/grid.js"></script>' if script else ""
    return (
        f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>grid</title>{styles}{module}'
        f'<form data-grid-form data-owner="x"><div hidden data-grid-words {words}></div><div class="table-scroll">'
        f'<table class="table table--grid" data-grid><thead><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        "</div><p data-grid-state></p><p data-grid-note></p></form></html>"
    ).encode()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Give the two pages and our own static files."""
        pages = {"/grid": body(True), "/plain": body(False)}
        file = places.ROOT / "static" / self.path.lstrip("/")
        if self.path not in pages and not (file.suffix in (".js", ".css") and file.is_file()):
            self.send_error(404)
            return
        kind = {".js": "text/javascript", ".css": "text/css"}.get(file.suffix, "text/html")
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(pages.get(self.path) or file.read_bytes())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the pages at a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
