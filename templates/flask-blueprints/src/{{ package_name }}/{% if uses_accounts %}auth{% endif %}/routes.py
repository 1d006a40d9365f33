"""Signing in and out, and changing the password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..extensions import db, limiter
from ..security import is_local_path
from . import limits, passwords
from .access import authenticate, login_required, sign_in, sign_out, signed_in_user
from .forms import ChangePasswordForm, LoginForm

bp = Blueprint("auth", __name__, url_prefix="/auth", template_folder="templates", cli_group=None)


@bp.route("/login", methods=["GET", "POST"])
@limiter.limit(limits.FAILURES_PER_ADDRESS, methods=["POST"], deduct_when=limits.has_failed)
@limiter.limit(
    limits.FAILURES_PER_ACCOUNT,
    key_func=limits.account_named,
    methods=["POST"],
    deduct_when=limits.has_failed,
)
def login() -> ResponseReturnValue:
    """Sign in, and go on to the page somebody wanted to see."""
    target = request.args.get("next", "")
    if not is_local_path(target):
        target = url_for("main.home")
    if current_user.is_authenticated:
        return redirect(target)
    form = LoginForm()
    if form.submitted():
        user = authenticate(str(form.email.data), str(form.password.data))
        if user:
            sign_in(user)
            return redirect(target)
        form.form_errors.append("The e-mail address or the password is wrong.")
    return render_template("auth/login.html", form=form), 422 if form.errors else 200


@bp.post("/logout")
@login_required
def logout() -> ResponseReturnValue:
    """Sign out, on every device."""
    sign_out()
    flash("You are signed out.")
    return redirect(url_for("main.home"))


@bp.route("/password", methods=["GET", "POST"])
@login_required
@limiter.limit(
    limits.FAILURES_PER_ACCOUNT,
    key_func=lambda: f"password:{signed_in_user().id}",
    methods=["POST"],
    deduct_when=limits.has_failed,
)
def change_password() -> ResponseReturnValue:
    """Choose a new password; every other session ends."""
    user = signed_in_user()
    form = ChangePasswordForm(email=user.email)
    if form.submitted():
        if passwords.matches(str(form.current.data), user.password_hash):
            user.set_password(str(form.password.data))
            db.session.commit()
            sign_in(user)
            flash("The password was changed. You are signed out everywhere else.")
            return redirect(url_for("main.home"))
        form.form_errors.append("The present password is wrong.")
    return render_template("auth/password.html", form=form), 422 if form.errors else 200
