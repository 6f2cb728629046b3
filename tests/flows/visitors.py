"""A person at a browser: signs in, opens pages, presses what is written, and looks at what is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize

DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
AXE = {"rules": {"target-size": {"enabled": True}}}
PATIENCE_MS = 30_000
MOST_RELOADS = 150


@dataclass(frozen=True)
class Login:
    """One line of logins.json."""

    username: str
    password: str
    role: str
    name: str
    pin: str


class Visitor:
    """One person with an own browser context; a stranger when there is no login."""

    def __init__(self, browser: Browser, address: str, screenshots: Path, login: Login | None) -> None:
        self.login = login
        self.address = address
        self.faults: list[tuple[str, str]] = []
        self._screenshots = screenshots
        self.context = browser.new_context(viewport=DESK, accept_downloads=True, locale="vi-VN")
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        if login is not None:
            self._sign_in(login)

    def _sign_in(self, login: Login) -> None:
        self.go("/dang-nhap/")
        self.page.get_by_label("Tên đăng nhập").fill(login.username)
        self.page.get_by_label("Mật khẩu").fill(login.password)
        self.page.locator("main").get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_role("button", name="Đăng xuất").wait_for()

    def go(self, path: str) -> int:
        """Open a page and return its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def opens(self, path: str) -> None:
        """Open a page that must be there."""
        assert self.go(path) == 200, path

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name).first.click()

    def fill(self, label: str, value: str) -> None:
        """Type into the field of that label."""
        self.page.get_by_label(label).fill(value)

    def reads(self, text: str, *, within_seconds: float = PATIENCE_MS / 1000) -> None:
        """Wait until the page says this."""
        self.page.get_by_text(text).first.wait_for(timeout=within_seconds * 1000)

    def has(self, text: str) -> bool:
        """Say whether the page says this somewhere visible."""
        return any(one.is_visible() for one in self.page.get_by_text(text).all())

    def reloads_until(self, there: Locator, count: int = 1, *, most: int = MOST_RELOADS) -> None:
        """Load the page again until `there` is on it `count` times, as one does who waits for the workers."""
        for _ in range(most):
            if there.count() >= count:
                return
            self.page.reload()
        raise AssertionError(f"{there} is on {self.page.url} {there.count()} times, not {count}")

    def sign(self, button: str, pin: str) -> None:
        """Authorise with the PIN and wait until the batch is through."""
        self.fill("Mã PIN của chứng thư", pin)
        self.press(button)
        self.reads("Đã ký xong toàn bộ", within_seconds=150)

    def takes(self, name: str) -> bytes:
        """Follow a download link and return the bytes."""
        with self.page.expect_download() as waiting:
            self.follow(name)
        return Path(waiting.value.path()).read_bytes()

    def looks(self, name: str) -> None:
        """Keep the page's picture at both sizes, and note what is not accessible or does not fit."""
        self._screenshots.mkdir(parents=True, exist_ok=True)
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            self.page.screenshot(path=self._screenshots / f"{name}-{size['width']}.png", full_page=True)
            if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                self.faults.append((name, f"wider than {size['width']}"))
        found = Axe().run(self.page, options=AXE).response["violations"]
        self.faults += [(name, f"{one['id']} {one['nodes'][0]['target']}") for one in found]
