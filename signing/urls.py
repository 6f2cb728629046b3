"""Addresses of this app's pages."""

from django.urls import path

from signing.views import certificates, documents, endings, ledger, sign, verify

app_name = "signing"
urlpatterns = [
    path("xac-thuc/<uuid:code>", verify.code, name="verify-code"),
    path("lop/<str:code>/ky/<str:role>/", sign.sign, name="sign"),
    path("lop/<str:code>/ky/<str:role>/<int:transcript>/", sign.preview, name="preview"),
    path("lop/<str:code>/da-phat-hanh/", documents.issued, name="issued"),
    path("dot-ky/<int:number>/", sign.batch, name="batch"),
    path("hoc-ba/<uuid:code>/", documents.document, name="document"),
    path("hoc-ba/<uuid:code>/<str:kind>", documents.download, name="download"),
    path("chung-thu/", certificates.certificates, name="certificates"),
    path("chung-thu/<int:number>/", certificates.decide, name="decide"),
    path("chung-thu/<int:number>/ngung/", endings.end, name="end"),
    path("xac-thuc/", verify.verify, name="verify"),
    path("xac-thuc/hoc-ba.css", verify.stylesheet, name="stylesheet"),
    path("xac-thuc/<uuid:code>/xem", verify.particulars, name="verify-particulars"),
    path("nhat-ky-minh-bach/", ledger.log, name="log"),
    path("nhat-ky-minh-bach/checkpoint", ledger.checkpoint, name="log-checkpoint"),
    path("nhat-ky-minh-bach/la", ledger.leaves, name="log-leaves"),
    path("nhat-ky-minh-bach/bang-chung/<int:index>", ledger.proof, name="log-proof"),
    path("tin-cay/<str:name>", ledger.trust_file, name="trust-file"),
]
