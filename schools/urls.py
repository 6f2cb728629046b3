"""Addresses of this app's pages."""

from django.urls import path

from schools.views import keepers, pages, passwords, pupils, sessions, staff, trail, units, working

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
    path("don-vi/", units.tree, name="units"),
    path("don-vi/<str:code>/", units.unit, name="unit"),
    path("don-vi/<str:code>/them/", units.add, name="unit-add"),
    path("don-vi/<str:code>/sua/", units.edit, name="unit-edit"),
    path("don-vi/<str:code>/dong/", units.close, name="unit-close"),
    path("don-vi/<str:code>/mo-lai/", units.reopen, name="unit-reopen"),
    path("don-vi/<str:code>/nguoi/", keepers.name, name="unit-keepers"),
    path("don-vi/<str:code>/nguoi/<int:person>/mat-khau/", keepers.password, name="unit-keeper-password"),
    path("don-vi/<str:code>/vai-tro/<int:membership>/", keepers.end, name="unit-keeper-end"),
    path("nhat-ky/", trail.trail, name="trail"),
    path("nhat-ky/tep.csv", trail.export, name="trail-file"),
    path("hoc-sinh/<int:pupil>/", pupils.pupil, name="pupil"),
]
