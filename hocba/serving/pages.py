"""Answers given before the registry is asked: whole HTTP messages, as page or as problem (RFC 9457)."""

from __future__ import annotations

import base64
import hashlib
import json
from http import HTTPStatus

SENTENCES = {
    400: "Yêu cầu không đúng dạng nên chưa đọc được. Hãy mở lại trang và thử lại.",
    408: "Nội dung gửi lên chưa đến đủ hoặc quá chậm nên đã ngừng nhận; chưa có gì được lưu. "
    "Hãy kiểm tra đường truyền rồi gửi lại.",
    411: "Yêu cầu không ghi độ dài nội dung (Content-Length) nên không nhận được.",
    413: "Nội dung gửi lên quá lớn: hệ thống nhận tối đa 10 MB. Chưa có gì được lưu.",
    414: "Địa chỉ quá dài nên không đọc được. Hãy mở lại từ trang đầu.",
    431: "Phần đầu của yêu cầu (cookie) quá lớn. Hãy xóa cookie của trang này trong trình duyệt rồi thử lại.",
    500: "Hệ thống gặp lỗi. Lỗi đã được ghi lại; khi báo lỗi, hãy nêu số dưới đây.",
    503: "Hệ thống đang bận. Những gì đã được báo “Đã lưu” vẫn còn nguyên. Hãy thử lại sau ít phút.",
}
IN_ENGLISH = {
    400: "The request could not be read. Please open the page again and retry.",
    408: "What was sent did not arrive in full or in time; nothing was saved. Please send it again.",
    411: "The request does not state its length (Content-Length), so it was not accepted.",
    413: "What was sent is too large: 10 MB at most. Nothing was saved.",
    414: "The address is too long to be read. Please start from the front page.",
    431: "The head of the request (cookies) is too large. Please clear this site's cookies and retry.",
    500: "Something went wrong on our side and was noted. Please quote the number below.",
    503: "The system is busy. Whatever was reported as saved is safe. Please retry in a few minutes.",
}
"""Beside the Vietnamese, for which language the person chose stands in what was not read."""

_STYLE = """
:root{color-scheme:light dark;--ground:#f7f4ee;--surface:#fff;--line:#d8d3c8;--edge:#7d776b;--ink:#1d1c1a;
--soft:#57524a;--act:#17509e}
@media(prefers-color-scheme:dark){:root{--ground:#181715;--surface:#21201d;--line:#403d38;--edge:#8f887c;--ink:#ece8e0;
--soft:#b8b1a5;--act:#93bdf6}}
body{margin:0;background:var(--ground);color:var(--ink);
font:1rem/1.6 "Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif}
main{max-width:38rem;margin:0 auto;padding:2rem 1rem}
.name{display:flex;align-items:center;gap:.75rem;margin:0 0 2rem;font-size:1.125rem;font-weight:700}
h1{margin:0 0 1rem;font-size:clamp(1.5rem,1.2rem + 1.4vw,2rem);line-height:1.4}
[lang=en]{color:var(--soft)}
.number{display:inline-block;padding:.5rem 1rem;background:var(--surface);border:1px solid var(--line);
border-radius:4px}
code{font-weight:650;user-select:all}
a{display:inline-block;padding:.55rem 1rem;background:var(--surface);border:1px solid var(--edge);border-radius:4px;
color:var(--act);font-weight:650;text-decoration:none}
"""
"""As `static/css`, and in the page itself: what stops a page stops its style sheets, too (a head that is too large)."""

_MARK = (
    '<svg viewBox="0 0 48 48" width="36" height="36" aria-hidden="true">'
    '<rect width="48" height="48" rx="9" fill="#17509e"/>'
    '<path d="M23 14.5C18.8 11.4 13.5 10.6 8 11v22.5c5.5-.4 10.8.4 15 3.5zM25 14.5C29.2 11.4 34.5 10.6 40 11v22.5'
    'c-5.5-.4-10.8.4-15 3.5z" fill="#fff"/></svg>'
)
_PAGE = (
    '<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="robots" content="noindex">\n<title>Chưa nhận được yêu cầu – Học bạ số</title>\n'
    "<style>{style}</style>\n</head>\n<body>\n<main>\n"
    '<p class="name">{mark} Học bạ số</p>\n'
    "<h1>Chưa nhận được yêu cầu</h1>\n<p><strong>{sentence}</strong></p>\n"
    '<p lang="en">{english}</p>\n<p class="number">Mã lỗi: <code>{number}</code></p>\n'
    '<p><a href="/">Về trang đầu</a></p>\n</main>\n</body>\n</html>\n'
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


def page(status: int, number: str, path: str) -> bytes:
    """Return the whole answer: status line, head, body; the connection ends with it."""
    sentence = SENTENCES[status]
    if path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "status": status,
            "detail": sentence,
            "code": f"http-{status}",
            "number": number,
        }
        kind, body = "application/problem+json", json.dumps(problem, ensure_ascii=False)
    else:
        kind = "text/html; charset=utf-8"
        words = {"sentence": sentence, "english": IN_ENGLISH[status], "number": number}
        body = _PAGE.format(style=_STYLE, mark=_MARK, **words)
    return message(status, number, kind, body.encode())


def message(status: int, number: str, kind: str, body: bytes) -> bytes:
    """Return an HTTP message after which the connection ends."""
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {number}",
        "X-Content-Type-Options: nosniff",
        f"Content-Security-Policy: {_POLICY}",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        head.append("Retry-After: 30")
    return "\r\n".join([*head, "", ""]).encode() + body
