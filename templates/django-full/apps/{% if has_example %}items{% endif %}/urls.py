"""Addresses of items."""

from django.urls import path

from apps.items import views

app_name = "items"

urlpatterns = [
    path("", views.ItemList.as_view(), name="list"),
    path("new/", views.CreateItem.as_view(), name="create"),
    path("<int:pk>/", views.ItemDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.UpdateItem.as_view(), name="update"),
    path("<int:pk>/delete/", views.DeleteItem.as_view(), name="delete"),
]
