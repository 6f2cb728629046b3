"""Addresses of this app's pages."""

from django.urls import path

from schools.views import pages, passwords, pupils, sessions, staff, trail, working

app_name = "schools"
urlpatterns = [
    path("dang-nhap/", sessions.sign_in, name="sign-in"),
    path("dang-xuat/", sessions.sign_out, name="sign-out"),
    path("noi-lam-viec/", working.work_in, name="work-in"),
    path("doi-mat-khau/", passwords.change, name="password"),
    path("tro-nang/", pages.accessibility, name="accessibility"),
    path("nhan-su/", staff.of_unit, name="staff"),
    path("nhan-su/<int:person>/", staff.person, name="staff-person"),
    path("nhan-su/<int:person>/tai-khoan/", staff.account, name="staff-account"),
    path("nhan-su/<int:person>/vai-tro/<int:membership>/", staff.end_role, name="staff-end-role"),
    path("nhat-ky/", trail.trail, name="trail"),
    path("nhat-ky/tep.csv", trail.export, name="trail-file"),
    path("hoc-sinh/<int:pupil>/", pupils.pupil, name="pupil"),
]
