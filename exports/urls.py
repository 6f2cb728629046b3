"""Addresses of this app's pages."""

from django.urls import path

from exports.views import deliveries, destinations, families, look_up, standing

app_name = "exports"
urlpatterns = [
    path("tra-cuu/", look_up.look_up, name="look-up"),
    path("tra-cuu/tep/<str:ticket>.<str:kind>", look_up.download, name="look-up-file"),
    path("gui-so/", deliveries.overview, name="deliveries"),
    path("gui-so/ky-goi/", deliveries.authorise, name="authorise"),
    path("gui-so/truong/<str:code>/", deliveries.school, name="school"),
    path("gui-so/lop/<str:code>/", deliveries.delivery_class, name="delivery-class"),
    path("gui-so/lop/<str:code>/gui-lai/", deliveries.send_again, name="send-again"),
    path("noi-nhan/", destinations.listing, name="destinations"),
    path("noi-nhan/<slug:code>/", destinations.destination, name="destination"),
    path("noi-nhan/<slug:code>/thu/", destinations.try_connection, name="destination-try"),
    path("con-em/", families.children, name="children"),
    path("con-em/<int:pupil>/", families.child, name="child"),
    path("con-em/<int:pupil>/<uuid:code>.<str:kind>", families.download, name="child-file"),
    path("tien-do/", standing.standing, name="standing"),
    path("tien-do/<str:code>/", standing.standing, name="standing-unit"),
]
