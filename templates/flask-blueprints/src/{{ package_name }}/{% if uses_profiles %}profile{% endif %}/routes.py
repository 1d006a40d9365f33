"""Everybody's own page."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ..auth.access import login_required, signed_in_user
from ..extensions import db
from .forms import ProfileForm

bp = Blueprint("profile", __name__, url_prefix="/profile", template_folder="templates")


@bp.get("/")
@login_required
def show() -> ResponseReturnValue:
    """What is known about whoever is signed in."""
    return render_template("profile/show.html", user=signed_in_user())


@bp.route("/edit", methods=["GET", "POST"])
@login_required
def edit() -> ResponseReturnValue:
    """Change it."""
    user = signed_in_user()
    form = ProfileForm(obj=user)
    if not form.submitted():
        return render_template("profile/edit.html", form=form), 422 if form.errors else 200
    form.populate_obj(user)
    db.session.commit()
    flash("Your profile is saved.", "success")
    return redirect(url_for(".show"))
