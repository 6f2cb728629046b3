"""Addresses of this app's pages."""

from django.urls import path

from schools.views import sessions

app_name = "schools"
urlpatterns = [
    path("dang-nhap/", sessions.sign_in, name="sign-in"),
    path("dang-xuat/", sessions.sign_out, name="sign-out"),
]
