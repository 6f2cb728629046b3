"""Addresses of this app's pages."""

from django.urls import path

from records.views import cells, classes, completion, files, homeroom, sheet, subject

app_name = "records"
urlpatterns = [
    path("lop/", classes.class_list, name="classes"),
    path("lop/<str:code>/", classes.class_page, name="class"),
    path("lop/<str:code>/mon/<str:subject_code>/", subject.subject, name="subject"),
    path("lop/<str:code>/mon/<str:subject_code>/o/", cells.save, name="cells"),
    path("lop/<str:code>/mon/<str:subject_code>/xuat/", files.export, name="export"),
    path("lop/<str:code>/mon/<str:subject_code>/nhap/", files.take_in, name="take-in"),
    path("lop/<str:code>/chu-nhiem/", homeroom.class_list, name="homeroom"),
    path("lop/<str:code>/chu-nhiem/<int:enrolment>/", homeroom.pupil, name="homeroom-pupil"),
    path("lop/<str:code>/hoan-thanh/", completion.confirm, name="confirm"),
    path("lop/<str:code>/hoan-thanh/<int:enrolment>/", completion.pupil_year, name="pupil-year"),
    path("lop/<str:code>/phat-hanh/", sheet.sheet, name="sheet"),
]
