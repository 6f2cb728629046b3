"""The receiver's addresses."""

from django.urls import path

from exports.ministry.messages import Service
from exports.receiver import desk, services

urlpatterns = [path(one.value, services.serve, {"service": one}, name=one.name) for one in Service]
urlpatterns += [
    path("", desk.page, name="desk"),
    path("mo/", desk.open_desk, name="open"),
    path("dong/", desk.close_desk, name="close"),
    path("chung-thu-so/<int:certificate_id>/", desk.decide_certificate, name="decide_certificate"),
    path("thu-hoi/<int:row_id>/", desk.decide_withdrawal, name="decide_withdrawal"),
    path("goi/<int:reception_id>/", desk.reception_page, name="reception"),
    path("style.css", desk.style, name="style"),
    path("healthz", desk.healthz, name="healthz"),
]
handler404 = "exports.receiver.services.not_found"
