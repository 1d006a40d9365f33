"""Addresses of publishing: what everybody reads, and where it is written."""

from django.urls import path

from apps.publishing import deciding, reading, writing

app_name = "publishing"

urlpatterns = [
    path("pages/", reading.Pages.as_view(), name="pages"),
    path("pages/feed.xml", reading.feed, name="feed"),
    path("pages/<path:path>/", reading.page, name="page"),
    path("preview/<str:token>/", reading.preview, name="preview"),
    path("sitemap.xml", reading.sitemap, name="sitemap"),
    path("writing/", writing.Drafts.as_view(), name="drafts"),
    path("writing/new/", writing.new, name="new"),
    path("writing/<int:pk>/", writing.draft, name="draft"),
    path("writing/<int:pk>/edit/", writing.edit, name="edit"),
    path("writing/<int:pk>/history/", writing.History.as_view(), name="history"),
    path("writing/<int:pk>/compare/", writing.compare, name="compare"),
    path("writing/<int:pk>/revert/", writing.revert_here, name="revert"),
    path("writing/<int:pk>/move/", deciding.move_here, name="move"),
    path("writing/<int:pk>/publish/", deciding.publish_here, name="publish"),
    path("writing/<int:pk>/withdraw/", deciding.withdraw_here, name="withdraw"),
]
