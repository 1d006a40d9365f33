"""Addresses of approvals."""

from django.urls import path

from apps.approvals import personal_views, views

app_name = "approvals"

urlpatterns = [
    path("", views.RequestList.as_view(view="inbox"), name="inbox"),
    path("yours/", views.RequestList.as_view(view="yours"), name="yours"),
    path("all/", views.RequestList.as_view(view="all"), name="all"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.request_page, name="request"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/submit/", views.submit, name="submit"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("steps/<int:pk>/decide/", views.decide, name="decide"),
    path("delegations/", views.delegations, name="delegations"),
    path("delegations/<int:pk>/end/", views.end_delegation, name="end_delegation"),
    path("audit/", views.AuditTrail.as_view(), name="audit"),
    path("requests.csv", views.export, {"form": "csv"}, name="export_csv"),
    path("requests.json", views.export, {"form": "json"}, name="export_json"),
    path("audit-trail.csv", views.export_trail, {"form": "csv"}, name="export_trail_csv"),
    path("audit-trail.json", views.export_trail, {"form": "json"}, name="export_trail_json"),
    path("your-data.json", personal_views.your_data, name="your_data"),
    path("leave/", personal_views.leave, name="leave"),
]
