"""Addresses of this app's pages."""

from django.urls import path

from records.views import (
    cells,
    classes,
    completion,
    desk,
    files,
    homeroom,
    phrases,
    returns,
    rosters,
    sheet,
    subject,
    subject_year,
)

app_name = "records"
urlpatterns = [
    path("lop/", classes.class_list, name="classes"),
    path("lop/<str:code>/", classes.class_page, name="class"),
    path("lop/<str:code>/mon/<str:subject_code>/", subject.subject, name="subject"),
    path("lop/<str:code>/mon/<str:subject_code>/o/", cells.save, name="cells"),
    path("lop/<str:code>/mon/<str:subject_code>/ca-nam/", subject_year.year, name="subject-year"),
    path("lop/<str:code>/mon/<str:subject_code>/xuat/", files.export, name="export"),
    path("lop/<str:code>/mon/<str:subject_code>/nhap/", files.take_in, name="take-in"),
    path(
        "lop/<str:code>/mon/<str:subject_code>/em/<int:enrolment>/", returns.cell_returns, name="cell-returns"
    ),
    path("lop/<str:code>/chu-nhiem/", desk.desk, name="homeroom"),
    path("lop/<str:code>/chu-nhiem/bang/", desk.table, name="homeroom-table"),
    path("lop/<str:code>/chu-nhiem/<int:enrolment>/", homeroom.pupil, name="homeroom-pupil"),
    path("lop/<str:code>/hoan-thanh/", completion.confirm, name="confirm"),
    path("lop/<str:code>/hoan-thanh/<int:enrolment>/", completion.pupil_year, name="pupil-year"),
    path("lop/<str:code>/phat-hanh/", sheet.sheet, name="sheet"),
    path("kho-nhan-xet/", phrases.bank, name="phrases"),
    path("kho-nhan-xet/<int:number>/", phrases.phrase, name="phrase"),
    path("nhap-danh-sach/", rosters.rosters, name="rosters"),
    path("nhap-danh-sach/mau/<str:kind>.xlsx", rosters.template, name="roster-template"),
    path("nhap-danh-sach/hoc-sinh.xlsx", rosters.pupils_out, name="roster-pupils"),
    path("nhap-danh-sach/<int:number>/", rosters.roster, name="roster"),
    path("nhap-danh-sach/<int:number>/dong-loi.xlsx", rosters.refused_rows, name="roster-refused"),
]
