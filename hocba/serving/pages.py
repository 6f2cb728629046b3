"""Answers given before the registry is asked: whole HTTP messages, as page or as problem (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

SENTENCES = {
    400: "Yêu cầu không đúng dạng nên chưa đọc được. Hãy mở lại trang và thử lại.",
    408: "Nội dung gửi lên quá chậm nên đã ngừng nhận; chưa có gì được lưu. Hãy kiểm tra đường truyền rồi gửi lại.",
    411: "Yêu cầu không ghi độ dài nội dung (Content-Length) nên không nhận được.",
    413: "Nội dung gửi lên quá lớn: hệ thống nhận tối đa 10 MB. Chưa có gì được lưu.",
    414: "Địa chỉ quá dài nên không đọc được. Hãy mở lại từ trang đầu.",
    431: "Phần đầu của yêu cầu (cookie) quá lớn. Hãy xóa cookie của trang này trong trình duyệt rồi thử lại.",
    500: "Hệ thống gặp lỗi. Lỗi đã được ghi lại; khi báo lỗi, hãy nêu số dưới đây.",
    503: "Hệ thống đang bận. Những gì đã được báo “Đã lưu” vẫn còn nguyên. Hãy thử lại sau ít phút.",
}
"""Vietnamese only: which language the person chose stands in what was not read."""

_PAGE = (
    '<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Học bạ số</title><h1>Chưa thực hiện được</h1><p>{sentence}</p><p>Mã lỗi: <code>{number}</code></p>"
    '<p><a href="/">Về trang đầu</a></p></html>'
)


def page(status: int, number: str, path: str) -> bytes:
    """Return the whole answer: status line, head, body; the connection ends with it."""
    sentence = SENTENCES[status]
    if path.startswith("/api/"):
        kind = "application/problem+json"
        body = json.dumps(
            {
                "type": "about:blank",
                "status": status,
                "detail": sentence,
                "code": f"http-{status}",
                "number": number,
            },
            ensure_ascii=False,
        ).encode()
    else:
        kind, body = "text/html; charset=utf-8", _PAGE.format(sentence=sentence, number=number).encode()
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {number}",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'",
        "Cache-Control: no-store",
        "Connection: close",
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        head.append("Retry-After: 30")
    return "\r\n".join([*head, "", ""]).encode() + body
