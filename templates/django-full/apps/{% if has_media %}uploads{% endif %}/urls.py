"""Addresses of uploads."""

from django.urls import path

from apps.uploads import views

urlpatterns = [
    path("picture/", views.OwnPicture.as_view(), name="profile_picture"),
    path("picture/remove/", views.remove_picture, name="remove_profile_picture"),
]
