"""Answers given before the registry is asked: whole HTTP messages, as page or as problem (RFC 9457)."""

from __future__ import annotations

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

_PAGE = (
    '<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="robots" content="noindex">\n<title>Chưa nhận được yêu cầu – Học bạ số</title>\n'
    '<link rel="icon" type="image/svg+xml" href="/static/img/mark.svg">\n{styles}</head>\n<body>\n'
    '<main class="errorpage" id="main">\n'
    '<a class="brand errorpage__brand" href="/"><img src="/static/img/mark.svg" alt="" width="36" height="36">'
    '<span class="brand__name">Học bạ số</span></a>\n'
    "<h1>Chưa nhận được yêu cầu</h1>\n<p><strong>{sentence}</strong></p>\n"
    '<p lang="en" class="soft">{english}</p>\n'
    '<p class="errorid">Mã lỗi: <code>{number}</code></p>\n'
    '<div class="actions"><a class="button button--second" href="/">Về trang đầu</a></div>\n'
    "</main>\n</body>\n</html>\n"
)
_STYLES = "".join(
    f'<link rel="stylesheet" href="/static/css/{name}.css">\n'
    for name in ("tokens", "base", "components", "layout")
)


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
        body = _PAGE.format(styles=_STYLES, sentence=sentence, english=IN_ENGLISH[status], number=number)
    return message(status, number, kind, body.encode())


def message(status: int, number: str, kind: str, body: bytes) -> bytes:
    """Return an HTTP message after which the connection ends."""
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {number}",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        head.append("Retry-After: 30")
    return "\r\n".join([*head, "", ""]).encode() + body
