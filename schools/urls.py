"""Addresses of this app's pages."""

from django.urls import path

from schools.views import pupils, sessions

app_name = "schools"
urlpatterns = [
    path("dang-nhap/", sessions.sign_in, name="sign-in"),
    path("dang-xuat/", sessions.sign_out, name="sign-out"),
    path("hoc-sinh/<int:pupil>/", pupils.pupil, name="pupil"),
]
