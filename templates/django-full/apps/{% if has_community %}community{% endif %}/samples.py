"""A community to look at during development. The people and what they write are invented."""

import uuid
from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.community.models import Activity, Comment, Notification, Post, Profile
from apps.community.moderation import report
from apps.community.relations import accept, follow
from apps.community.writing import comment, like, publish

# Handles, names, what they say about themselves, and whether they are private.
PEOPLE = (
    ("tomas", "Tomás Vega", "Allotment 14, mostly kale. Bread on Sundays.", False),
    ("ingrid", "Ingrid Moe", "Ferries, harbours, weather.", False),
    ("sana", "Sana Okafor", "I repair radios and read maps.", False),
    ("leo", "Leo Brandt", "Long walks with a short dog.", False),
    ("mei", "Mei Hoshino", "Ink, paper, birds. Only for friends.", True),
    ("noor", "Noor Haddad", "Night trains and notebooks.", False),
)
SIGN_IN = {"ada@example.com": ("ada", "Ada"), "grace@example.com": ("grace", "Grace")}
# Who follows whom.
FOLLOWS = (
    ("ada", "tomas ingrid mei leo"),
    ("grace", "ada sana noor"),
    ("tomas", "ada ingrid sana"),
    ("ingrid", "tomas leo noor mei"),
    ("sana", "ada tomas ingrid"),
    ("leo", "ada mei sana"),
    ("mei", "ingrid sana noor"),
    ("noor", "grace ingrid leo"),
)
# Who has written what, the newest last, and how many hours ago.
POSTS = (
    ("noor", "Carriage 7, window seat, a full pot of ink. See you in Trieste.", 70),
    ("sana", "The old set plays again. It was a capacitor, as it always is.", 52),
    ("leo", "Eleven kilometres. The dog did nine of them in the rucksack.", 47),
    ("ingrid", "Took the evening ferry home. The light did the rest.", 30),
    ("mei", "Three herons on one pole. I drew two before they noticed.", 26),
    ("ada", "Does anybody lend a seed drill for a weekend? @tomas perhaps?", 20),
    ("grace", "First week here. Whom should one read?", 9),
    ("tomas", "First frost on the allotment this morning. The kale looks smug about it.", 1),
)
COMMENTS = (
    ("tomas", 5, "Mine is free from Friday. Bring a bicycle pump."),
    ("ingrid", 7, "Kale has every reason to."),
    ("sana", 6, "Start with @ingrid and @noor."),
    ("leo", 2, "He says it was eight."),
    ("noor", 3, "I know that pier."),
)
LIKES = (
    ("ada", (7, 3, 1)),
    ("grace", (5, 1)),
    ("ingrid", (7, 2, 4)),
    ("leo", (3, 7, 0)),
    ("sana", (7, 6, 0)),
    ("noor", (3, 1)),
)


def make() -> None:
    """Make what is not there yet."""
    if Profile.objects.filter(handle="tomas").exists():
        return
    people = {
        handle: somebody(handle, name, about, is_private=is_private)
        for handle, name, about, is_private in PEOPLE
    }
    for user in User.objects.filter(email__in=SIGN_IN, profile=None):
        handle, name = SIGN_IN[user.email]
        people[handle] = Profile.objects.create(user=user, handle=handle, name=name)
    # Whoever samples are made for may have accounts of their own by these addresses.
    for profile in Profile.objects.filter(user__email__in=SIGN_IN).select_related("user"):
        people.setdefault(SIGN_IN[profile.user.email][0], profile)
    for handle, others in FOLLOWS:
        for other in others.split():
            if handle in people and other in people:
                follow(people[handle], people[other])
    accept(people["mei"], people["ingrid"])
    write(people)
    # Nobody has done too much by that.
    Activity.objects.filter(profile__in=people.values()).delete()


def somebody(handle: str, name: str, about: str, *, is_private: bool) -> Profile:
    """Make a person who does not sign in."""
    user = User.objects.create_user(f"{handle}@people.example.com", name=name)
    return Profile.objects.create(
        user=user, handle=handle, name=name, about=about, is_private=is_private
    )


def write(people: dict[str, Profile]) -> None:
    """Let these people write, answer and like."""
    now = timezone.now()
    posts = []
    for handle, text, hours in POSTS:
        post = publish(people[handle], text, uuid.uuid5(uuid.NAMESPACE_URL, text))
        Post.objects.filter(pk=post.pk).update(created_at=now - timedelta(hours=hours))
        posts.append(post)
    for handle, number, text in COMMENTS:
        said = comment(people[handle], posts[number], text, uuid.uuid5(uuid.NAMESPACE_URL, text))
        minutes = POSTS[number][2] * 30
        Comment.objects.filter(pk=said.pk).update(created_at=now - timedelta(minutes=minutes))
    for handle, numbers in LIKES:
        for number in numbers:
            like(people[handle], posts[number])
    Notification.objects.filter(recipient=people["ada"]).update(created_at=now)
    report(people["grace"], posts[2], "other", "Is the dog well?")
