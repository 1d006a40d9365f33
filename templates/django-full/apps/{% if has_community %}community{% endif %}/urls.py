"""Addresses of the community."""

from django.urls import path

from apps.community.views import lists, moderation, own, people, posts

app_name = "community"

urlpatterns = [
    path("", lists.everyone, name="everyone"),
    path("timeline/", lists.timeline, name="timeline"),
    path("search/", lists.search, name="search"),
    path("join/", own.join, name="join"),
    path("notifications/", own.notifications, name="notifications"),
    path("requests/", people.requests, name="requests"),
    path("people/<slug:handle>/", people.person, name="person"),
    path("people/<slug:handle>/followers/", people.followers, name="followers"),
    path("people/<slug:handle>/following/", people.following, name="following"),
    path("people/<slug:handle>/report/", moderation.report_person, name="report_person"),
    path("people/<slug:handle>/<slug:deed>/", people.relate, name="relate"),
    path("posts/<uuid:pk>/", posts.post, name="post"),
    path("posts/<uuid:pk>/like/", posts.like, name="like"),
    path("posts/<uuid:pk>/unlike/", posts.unlike, name="unlike"),
    path("posts/<uuid:pk>/delete/", posts.delete_post, name="delete_post"),
    path("posts/<uuid:pk>/report/", moderation.report_post, name="report_post"),
    path("comments/<uuid:pk>/delete/", posts.delete_comment, name="delete_comment"),
    path("comments/<uuid:pk>/report/", moderation.report_comment, name="report_comment"),
    path("settings/", own.edit, name="settings"),
    path("settings/hidden/", own.hidden, name="hidden"),
    path("settings/export/", own.export, name="export"),
    path("settings/delete/", own.delete_account, name="delete_account"),
    path("moderation/", moderation.queue, name="queue"),
    path("moderation/<int:pk>/", moderation.decide, name="decide"),
]
