"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from signing import api

urlpatterns = [
    path("verify/", api.verify_files, name="api-verify"),
    path("verify/<uuid:code>/", api.verify_code, name="api-verify-code"),
]
