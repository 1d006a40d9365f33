"""The pages on which people report something, and moderators decide."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.requests import SignedInRequest
from apps.community import moderation
from apps.community.errors import RefusedError, TooMuchError
from apps.community.forms import DecisionForm, ReportForm
from apps.community.models import Comment, Post, Profile, Report
from apps.community.moderation import MODERATE
from apps.community.requests import for_members, viewer_of

REPORTS_AT_ONCE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def report_person(request: SignedInRequest, me: Profile, handle: str) -> HttpResponse:
    """Report a person."""
    people = Profile.objects.visible_to(me)
    return take_report(request, me, get_object_or_404(people, handle=handle))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def report_post(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Report a post."""
    posts = Post.objects.visible_to(me).select_related("author")
    return take_report(request, me, get_object_or_404(posts, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def report_comment(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Report a comment."""
    posts = Post.objects.visible_to(me)
    comments = Comment.objects.visible_to(me).filter(post__in=posts.values("pk"))
    return take_report(request, me, get_object_or_404(comments.select_related("author"), pk=pk))


def take_report(
    request: SignedInRequest, me: Profile, about: Profile | Post | Comment
) -> HttpResponse:
    """Ask what is wrong with something, and put it into the queue: once, however often it is sent."""
    form = ReportForm(request.POST or None)
    if form.is_valid():
        try:
            moderation.report(me, about, form.cleaned_data["reason"], form.cleaned_data["note"])
        except (RefusedError, TooMuchError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Thank you. A moderator will look at it."))
        return redirect(about)
    return render(request, "community/report.html", {"me": me, "form": form, "about": about})


@require_safe
@permission_required(MODERATE, raise_exception=True)
def queue(request: SignedInRequest) -> HttpResponse:
    """List the reports that wait, oldest first, without those that a moderator may not decide on."""
    me = viewer_of(request)
    waiting = Report.objects.filter(decision=Report.Decision.NONE)
    if me:
        waiting = waiting.exclude(reporter=me).exclude(person=me)
    context = {
        "me": me,
        "waiting": waiting.count(),
        "reports": waiting.select_related("reporter", "person", "post", "comment")[
            :REPORTS_AT_ONCE
        ],
    }
    return render(request, "community/queue.html", context)


@require_POST
@permission_required(MODERATE, raise_exception=True)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do what a moderator has decided about a report."""
    asked = get_object_or_404(Report.objects.select_related("person"), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what to do."))
        return redirect("community:queue")
    try:
        moderation.decide(request.user, asked, form.cleaned_data["decision"])
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The report is decided."))
    return redirect("community:queue")
