"""How people come to stand to each other. Nothing else makes or deletes follows, blocks and mutes.

Whoever changes something between people has locked them all, so that of two changes at once one waits for the other.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.community.errors import RefusedError
from apps.community.limits import count
from apps.community.models import Block, Follow, Mute, Notification, Profile
from apps.community.notifications import notify

Kind = Notification.Kind


def lock(*people: Profile, also: Iterable[Profile] = ()) -> list[Profile]:
    """Lock people in one order, whoever is named first, and return them as they are now.

    Raises `Profile.DoesNotExist` when an account has been deleted meanwhile; of the others those are left out.
    """
    needed, others = [person.pk for person in people], [person.pk for person in also]
    locked = Profile.objects.select_for_update().filter(pk__in=[*needed, *others]).order_by("pk")
    found = {person.pk: person for person in locked}
    if not found.keys() >= set(needed):
        raise Profile.DoesNotExist
    return [found[key] for key in (*needed, *others) if key in found]


def check_active(profile: Profile) -> None:
    """Refuse what a suspended person wants to do."""
    if profile.suspended_at:
        raise RefusedError(_("Your account is suspended."))


def is_visible(person: Profile, viewer: Profile) -> bool:
    """Tell whether somebody may know of a person."""
    return Profile.objects.visible_to(viewer).filter(pk=person.pk).exists()


@transaction.atomic
def follow(reader: Profile, person: Profile) -> Follow:
    """Let somebody follow a person, or ask a private one for it. Who does already changes nothing.

    Raises `RefusedError`, `TooMuchError`, or `Profile.DoesNotExist` where one has blocked the other.
    """
    reader, person = lock(reader, person)
    if found := Follow.objects.filter(follower=reader, followed=person).first():
        return found
    check_active(reader)
    if not is_visible(person, reader):
        raise Profile.DoesNotExist
    if reader == person:
        raise RefusedError(_("You cannot follow yourself."))
    count(reader, "follow")
    made = Follow.objects.create(
        follower=reader, followed=person, is_accepted=not person.is_private
    )
    notify(person, reader, Kind.FOLLOWED if made.is_accepted else Kind.REQUESTED)
    return made


@transaction.atomic
def unfollow(reader: Profile, person: Profile) -> bool:
    """Let somebody follow a person no longer, or take back the request; tell whether they did."""
    lock(reader, person)
    deleted, _rows = Follow.objects.filter(follower=reader, followed=person).delete()
    Notification.objects.filter(recipient=person, actor=reader, kind=Kind.REQUESTED).delete()
    return bool(deleted)


@transaction.atomic
def accept(person: Profile, reader: Profile) -> bool:
    """Let somebody follow who has asked a person for it; tell whether they had."""
    person, reader = lock(person, reader)
    asked = Follow.objects.filter(follower=reader, followed=person, is_accepted=False).first()
    if asked is None:
        return False
    asked.is_accepted = True
    asked.save(update_fields=["is_accepted"])
    Notification.objects.filter(recipient=person, actor=reader, kind=Kind.REQUESTED).delete()
    notify(reader, person, Kind.ACCEPTED)
    return True


def remove_follower(person: Profile, reader: Profile) -> bool:
    """Refuse a request, or let somebody no longer follow a person; tell whether there was either."""
    return unfollow(reader, person)


@transaction.atomic
def block(blocker: Profile, person: Profile) -> Block:
    """Let two people not exist for each other. What they followed of each other ends."""
    blocker, person = lock(blocker, person)
    if blocker == person:
        raise RefusedError(_("You cannot block yourself."))
    made, _is_new = Block.objects.get_or_create(blocker=blocker, blocked=person)
    between = Q(follower=blocker, followed=person) | Q(follower=person, followed=blocker)
    Follow.objects.filter(between).delete()
    told = Q(recipient=blocker, actor=person) | Q(recipient=person, actor=blocker)
    Notification.objects.filter(told).delete()
    return made


@transaction.atomic
def unblock(blocker: Profile, person: Profile) -> bool:
    """Take a block away; tell whether there was one. Nobody follows anybody by that."""
    lock(blocker, person)
    deleted, _rows = Block.objects.filter(blocker=blocker, blocked=person).delete()
    return bool(deleted)


@transaction.atomic
def mute(muter: Profile, person: Profile) -> Mute:
    """Let somebody read nothing of a person any more, who learns nothing of it."""
    muter, person = lock(muter, person)
    if muter == person:
        raise RefusedError(_("You cannot mute yourself."))
    if not is_visible(person, muter):
        raise Profile.DoesNotExist
    return Mute.objects.get_or_create(muter=muter, muted=person)[0]


@transaction.atomic
def unmute(muter: Profile, person: Profile) -> bool:
    """Let somebody read a person again; tell whether they were muted."""
    lock(muter, person)
    deleted, _rows = Mute.objects.filter(muter=muter, muted=person).delete()
    return bool(deleted)


@transaction.atomic
def set_private(person: Profile, *, is_private: bool) -> None:
    """Close or open somebody's posts. Whoever had asked for them follows an open person at once."""
    (person,) = lock(person)
    person.is_private = is_private
    person.save(update_fields=["is_private"])
    if not is_private:
        for asked in Follow.objects.filter(followed=person, is_accepted=False):
            asked.is_accepted = True
            asked.save(update_fields=["is_accepted"])
        Notification.objects.filter(recipient=person, kind=Kind.REQUESTED).delete()
