"""What the advised starter project gives for what was answered: Waypost's own words, no document's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from waypost.advice.model import TemplateName

HEADING: Final = "What the starter project gives (Waypost's own words)"

EXAMPLES: Final[Mapping[str, tuple[str, tuple[TemplateName, ...]]]] = {
    "rest-api": ("bookmarks", ("flask-micro",)),
    "microservice": ("quotes", ("flask-micro",)),
    "ml-service": ("predictions", ("flask-micro",)),
    "iot-backend": ("readings", ("flask-micro",)),
    "prototype": ("waitlist", ("flask-micro",)),
    "lightweight-app": ("blog", ("flask-blueprints",)),
    "website": ("pages", ("flask-blueprints",)),
    "spa-backend": ("boards", ("flask-blueprints", "flask-micro")),
    "ecommerce": ("shop", ("django-full",)),
    "education": ("courses", ("django-full",)),
    "enterprise": ("approvals", ("django-full",)),
    "social-network": ("community", ("django-full",)),
    "cms": ("publishing", ("django-full",)),
}
"""The example made for a kind, and the templates that have it, the best first; elsewhere it is a list of items.

The catalogue says the same (``fitting_example`` in ``templates/questions/stack.yml``); a test compares the two.
"""

_SHIPPED: Final[Mapping[str, Mapping[TemplateName, str]]] = {
    "accounts": {
        "flask-blueprints": "Accounts: flask-blueprints ships them as code in your project, which you maintain from "
        "then on. In django-full Django maintains most of it, and you maintain what the starter adds.",
        "django-full": "Accounts: django-full builds on Django's, which the Django project maintains; you maintain "
        "what the starter adds.",
    },
    "admin": {
        "flask-blueprints": "Admin area: flask-blueprints ships one as code in your project, which you maintain. In "
        "django-full it is Django's.",
        "django-full": "Admin area: it is Django's, which the Django project maintains; you register your own models.",
    },
}
_ACCOUNTS: Final[Mapping[str, str]] = {
    "login": "You get sign-in; somebody else creates the accounts.",
    "registration": "You get sign-up, confirmed addresses and password reset, and no groups, permissions or profile "
    "pages.",
    "full": "You get sign-up, confirmed addresses, password reset, permissions, groups and profile pages.",
}
_SECURITY: Final = (
    "Security: the starter ships safe settings for production. HTTPS in front of it, audits, and updates of what it "
    "depends on are left to you."
)
_DOCUMENTS: Final = (
    "Documents: the starter keeps them in MongoDB if you choose database = mongodb. Without that choice it uses SQLite."
)


def starter_lines(template: TemplateName, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return what ``template`` ships for the answers, what it leaves to you, and which example you get."""
    return tuple(_lines(template, answers))


def _lines(template: TemplateName, answers: Mapping[str, str]) -> Iterator[str]:
    for need, shipped in _SHIPPED.items():
        if answers.get(need, "unsure") not in ("unsure", "none") and template in shipped:
            yield shipped[template] if need != "accounts" else f"{shipped[template]} {_ACCOUNTS[answers[need]]}"
    if answers.get("security") == "high":
        yield _SECURITY
    if answers.get("data") == "document":
        yield _DOCUMENTS
    if answers.get("kind") in EXAMPLES:
        example, homes = EXAMPLES[answers["kind"]]
        if template in homes:
            yield f"Example: made for this kind ({example}), where the other answers allow it."
        else:
            yield f"Example: a list of items. {homes[0]} has one that fits better: {example}."
