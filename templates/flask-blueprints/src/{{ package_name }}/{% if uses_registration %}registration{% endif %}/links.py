"""The links that mails carry: signed, expiring, and good for one use."""

import hashlib

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from ..addresses import address_of
from ..auth.models import User
from ..extensions import db

REGISTRATION_SECONDS = 24 * 60 * 60
RESET_SECONDS = 60 * 60


def registration_link(email: str) -> str:
    """Where somebody goes on who can read mail to this address."""
    return _link("registration.confirm", _serializer("registration").dumps(email))


def email_of(token: str) -> str | None:
    """The address a registration link was sent to; used up once there is an account with it."""
    try:
        email = str(_serializer("registration").loads(token, max_age=REGISTRATION_SECONDS))
    except BadData:
        return None
    return None if User.find(email) else email


def password_link(user: User) -> str:
    """Where the owner of this account chooses a new password."""
    token = _serializer("password").dumps([user.id, _fingerprint(user)])
    return _link("registration.new_password", token)


def user_of(token: str) -> User | None:
    """The account a password link is for; used up once its password or address has changed."""
    try:
        user_id, fingerprint = _serializer("password").loads(token, max_age=RESET_SECONDS)
    except BadData:
        return None
    user = db.session.get(User, user_id, with_for_update=True)
    if user and user.active and fingerprint == _fingerprint(user):
        return user
    return None


def _fingerprint(user: User) -> str:
    return hashlib.sha256(f"{user.email} {user.password_hash}".encode()).hexdigest()[:32]


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=purpose)


def _link(endpoint: str, token: str) -> str:
    # The token stands in the query, which the access log leaves out.
    return address_of(endpoint, token=token)
