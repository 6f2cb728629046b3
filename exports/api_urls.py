"""Addresses below /api/v1/ of this app."""

from django.urls import path

from exports import api

urlpatterns = [
    path("units/", api.Units.as_view(), name="api-units"),
    path("units/<str:code>/", api.OneUnit.as_view(), name="api-unit"),
    path("classes/", api.Classes.as_view(), name="api-classes"),
    path("classes/<str:code>/", api.OneClass.as_view(), name="api-class"),
    path("transcripts/", api.Transcripts.as_view(), name="api-transcripts"),
    path("transcripts/<uuid:code>/", api.OneTranscript.as_view(), name="api-transcript"),
]
