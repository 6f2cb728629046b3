"""A person at a browser: signs in, opens a page, presses a button; comes back when the page did not come."""

from __future__ import annotations

import re
import threading

import requests

PATIENCE_SECONDS = (5.0, 40.0)
"""To connect; for the page."""

SIGN_IN = "/dang-nhap/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Trouble(Exception):
    """The page did not come, or said that something does not answer; `status` 0 when nothing came."""

    def __init__(self, status: int, where: str) -> None:
        super().__init__(f"{status} {where}")
        self.status = status


class Visitor:
    """One person's session; one request at a time."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._address, self._username, self._password = address, username, password
        self._session = requests.Session()
        self._session.trust_env = False
        self._lock = threading.Lock()

    def read(self, path: str) -> str:
        """Return a page. Raises: Trouble."""
        with self._lock:
            return self._page(path)

    def press(self, path: str, fields: dict[str, str], *, form_at: str = "") -> tuple[int, str]:
        """Open the page with the form, fill it in and send it; return status and page. Raises: Trouble."""
        with self._lock:
            token = self._token(self._page(form_at or path))
            answer = self._ask("POST", path, {**fields, "csrfmiddlewaretoken": token})
            if answer.status_code >= 500:
                raise Trouble(answer.status_code, path)
            return answer.status_code, answer.text

    def _page(self, path: str) -> str:
        answer = self._ask("GET", path)
        if SIGN_IN in answer.url and path != SIGN_IN:
            self._sign_in(answer.text)
            answer = self._ask("GET", path)
        if answer.status_code != 200:
            raise Trouble(answer.status_code, path)
        return answer.text

    def _sign_in(self, page: str) -> None:
        fields = {"username": self._username, "password": self._password}
        answer = self._ask("POST", SIGN_IN, {**fields, "csrfmiddlewaretoken": self._token(page)})
        if answer.status_code != 200 or SIGN_IN in answer.url:
            raise Trouble(answer.status_code, SIGN_IN)

    def _ask(self, method: str, path: str, data: dict[str, str] | None = None) -> requests.Response:
        try:
            return self._session.request(method, self._address + path, data=data, timeout=PATIENCE_SECONDS)
        except requests.RequestException as error:
            raise Trouble(0, f"{path} {type(error).__name__}") from error

    def _token(self, page: str) -> str:
        found = TOKEN.search(page)
        if found is None:
            raise Trouble(200, "a page without a form")
        return found[1]
