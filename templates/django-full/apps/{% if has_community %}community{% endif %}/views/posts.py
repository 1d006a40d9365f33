"""The page of a post, and what people do about posts and comments."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.requests import SignedInRequest
from apps.community import reading, writing
from apps.community.errors import RefusedError, TooMuchError
from apps.community.forms import CommentForm
from apps.community.models import Comment, Post, Profile
from apps.community.requests import for_members, next_page, viewer_of
from apps.community.views.lists import cursor_in


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a post with its comments, and take a comment."""
    me = viewer_of(request)
    shown = get_object_or_404(Post.objects.visible_to(me).for_reading(me), pk=pk)
    form = CommentForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST" and me is None:
        return redirect(f"{reverse('community:join')}?next={shown.get_absolute_url()}")
    if me is not None and form.is_valid():
        try:
            writing.comment(me, shown, form.cleaned_data["text"], form.cleaned_data["key"])
            return redirect(shown)
        except (Post.DoesNotExist, Profile.DoesNotExist) as error:
            raise Http404 from error
        except RefusedError as error:
            form.add_error(None, str(error))
        except TooMuchError as error:
            form.add_error(None, str(error))
            status = HTTPStatus.TOO_MANY_REQUESTS
    comments = Comment.objects.filter(post=shown).wanted_by(me).for_reading()
    context = {
        "me": me,
        "post": shown,
        "form": form,
        "slice": reading.page_of(comments, cursor_in(request)),
    }
    return render(request, "community/post_detail.html", context, status=status)


@require_POST
@for_members
def like(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Like a post: twice is as once."""
    found = get_object_or_404(Post.objects.visible_to(me).select_related("author"), pk=pk)
    try:
        writing.like(me, found)
    except (Post.DoesNotExist, Profile.DoesNotExist) as error:
        raise Http404 from error
    except (RefusedError, TooMuchError) as error:
        messages.error(request, str(error))
    return redirect(next_page(request, found.get_absolute_url()))


@require_POST
@for_members
def unlike(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Like a post no longer."""
    found = get_object_or_404(Post.objects.visible_to(me).select_related("author"), pk=pk)
    writing.unlike(me, found)
    return redirect(next_page(request, found.get_absolute_url()))


@require_POST
@for_members
def delete_post(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Delete one of your own posts, with what others have said to it."""
    writing.delete(get_object_or_404(Post, pk=pk, author=me))
    messages.success(request, _("The post is deleted."))
    return redirect("community:timeline")


@require_POST
@for_members
def delete_comment(request: SignedInRequest, me: Profile, pk: UUID) -> HttpResponse:
    """Delete a comment of your own, or on a post of yours."""
    comments = Comment.objects.filter(Q(author=me) | Q(post__author=me))
    found = get_object_or_404(comments.select_related("author", "post__author"), pk=pk)
    writing.delete(found)
    messages.success(request, _("The comment is deleted."))
    return redirect(found)
