"""Registering, and choosing a new password.

Whoever asks about an address learns nothing: the page is the same whether it has an account or
not, and the mail tells the owner. An account begins with a confirmed address: nobody can set a
password for an address whose mail they do not read.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from ..auth import limits
from ..auth.access import SIGNED_OUT_ELSEWHERE, sign_in
from ..auth.emails import normalise
from ..auth.forms import NewPasswordForm
from ..auth.models import User
from ..extensions import db, limiter
from . import links, mails
from .forms import ConfirmForm, EmailForm

bp = Blueprint("registration", __name__, url_prefix="/auth", template_folder="templates")

MAILS_PER_ACCOUNT = "3 per hour"
MAILS_PER_ADDRESS = "20 per hour"


@bp.route("/register", methods=["GET", "POST"])
@limiter.limit(MAILS_PER_ADDRESS, methods=["POST"])
@limiter.limit(MAILS_PER_ACCOUNT, key_func=limits.account_named, methods=["POST"])
def register() -> ResponseReturnValue:
    """Ask for an address, and send it a link to go on."""
    form = EmailForm()
    if not form.submitted():
        return render_template("registration/register.html", form=form), 422 if form.errors else 200
    email = normalise(str(form.email.data))
    user = User.find(email)
    if user is None:
        mails.send_registration(email)
    elif user.active:
        mails.send_already_registered(user)
    return redirect(url_for(".sent"))


@bp.route("/register/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Make the account, once its owner has opened the link."""
    email = links.email_of(request.args.get("token", ""))
    if email is None:
        return render_template("registration/expired.html"), 400
    form = ConfirmForm(email=email)
    if not form.submitted():
        page = render_template("registration/confirm.html", form=form, email=email)
        return page, 422 if form.errors else 200
    user = User(email=email, display_name=str(form.display_name.data))
    user.set_password(str(form.password.data))
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:  # the link was used twice at the same moment
        db.session.rollback()
        return render_template("registration/expired.html"), 400
    sign_in(user)
    flash("Welcome! Your account is ready.")
    return redirect(url_for("main.home"))


@bp.route("/forgot-password", methods=["GET", "POST"])
@limiter.limit(MAILS_PER_ADDRESS, methods=["POST"])
@limiter.limit(MAILS_PER_ACCOUNT, key_func=limits.account_named, methods=["POST"])
def forgot_password() -> ResponseReturnValue:
    """Ask for an address, and send it a link if it has an account."""
    form = EmailForm()
    if not form.submitted():
        page = render_template("registration/forgot_password.html", form=form)
        return page, 422 if form.errors else 200
    user = User.find(str(form.email.data))
    if user and user.active:
        mails.send_password_link(user)
    return redirect(url_for(".sent"))


@bp.get("/sent")
def sent() -> ResponseReturnValue:
    """Say the same to everybody."""
    return render_template("registration/sent.html")


@bp.route("/new-password", methods=["GET", "POST"])
def new_password() -> ResponseReturnValue:
    """Choose a new password, once the account's owner has opened the link."""
    user = links.user_of(request.args.get("token", ""))
    if user is None:
        return render_template("registration/expired.html"), 400
    form = NewPasswordForm(email=user.email)
    if not form.submitted():
        page = render_template("registration/new_password.html", form=form)
        return page, 422 if form.errors else 200
    user.set_password(str(form.password.data))
    db.session.commit()
    # Signed in at once, since failed attempts may keep the account from signing in for a while.
    sign_in(user)
    flash(SIGNED_OUT_ELSEWHERE)
    return redirect(url_for("main.home"))
