"""How often the API may be asked. Each worker process counts for itself, so that counting costs nothing."""

from django.core.cache import caches
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class AnonymousThrottle(AnonRateThrottle):
    """Limits callers who do not say who they are, by address."""

    cache = caches["local"]
    scope = "anonymous"


class AccountThrottle(UserRateThrottle):
    """Limits each account."""

    cache = caches["local"]
    scope = "account"
