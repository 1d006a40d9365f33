"""The forms of those who ask and of those who decide."""

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.approvals.models import MAY_DECIDE, Department, PurchaseRequest
from apps.approvals.rules import DECISIONS, NEEDS_COMMENT, Move, Status


class RequestForm(forms.ModelForm[PurchaseRequest]):
    """What is asked for."""

    class Meta:
        """What its requester fills in."""

        model = PurchaseRequest
        fields = ("title", "department", "amount", "currency", "reason")
        widgets: ClassVar[dict[str, forms.Widget]] = {"reason": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        department = self.fields["department"]
        assert isinstance(department, forms.ModelChoiceField)  # noqa: S101  # as the model says
        offered = Q(is_active=True)
        if self.instance.pk:
            offered |= Q(pk=self.instance.department_id)
        department.queryset = Department.objects.filter(offered)


class NewRequestForm(RequestForm):
    """What is asked for, sent for the first time."""

    # The page makes it, so that a double click makes one request.
    key = forms.UUIDField(widget=forms.HiddenInput)


class ChangedRequestForm(RequestForm):
    """What is asked for, as it was when the form was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """What somebody decides, and why."""

    decision = forms.ChoiceField(choices=[(move.value, move.label) for move in DECISIONS])
    comment = forms.CharField(
        label=_("Comment"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where there has to be one."""
        values = self.cleaned_data
        if values.get("decision") in NEEDS_COMMENT and not values.get("comment"):
            self.add_error("comment", _("Say why, so that the requester knows what to do."))
        return values

    @property
    def move(self) -> Move:
        """What was decided."""
        return Move(self.cleaned_data["decision"])


class DelegationForm(forms.Form):
    """Who decides in one's place, and when. The last day is included."""

    delegate = forms.EmailField(
        label=_("Email of your delegate"), help_text=_("Somebody who may approve requests.")
    )
    first_day = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, principal: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.principal = principal

    def clean_delegate(self) -> User:
        """Return who that is."""
        email = self.cleaned_data["delegate"]
        found = User.objects.filter(email=email, is_active=True).exclude(pk=self.principal.pk)
        person = found.first()
        if person is None or not person.has_perm(MAY_DECIDE):
            raise forms.ValidationError(_("Nobody else who approves requests has this address."))
        return person

    def clean(self) -> dict[str, Any]:
        """Refuse days that are over, or in the wrong order."""
        values = self.cleaned_data
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Choose a day that is not before the first."))
        elif last and last < timezone.localdate():
            self.add_error("last_day", _("Choose today or a later day."))
        return values

    @property
    def span(self) -> dict[str, datetime]:
        """From when until when it is."""
        first: date = self.cleaned_data["first_day"]
        last: date = self.cleaned_data["last_day"]
        return {
            "starts_at": start_of(first),
            "ends_at": start_of(date.fromordinal(last.toordinal() + 1)),
        }


class LeaveForm(forms.Form):
    """That somebody means to delete their account: they type its address."""

    email = forms.EmailField(label=_("Your email"))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email

    def clean_email(self) -> str:
        """Refuse any other address."""
        email: str = self.cleaned_data["email"]
        if email.casefold() != self.address.casefold():
            raise forms.ValidationError(_("Type the address of this account."))
        return email


class FilterForm(forms.Form):
    """What to look for among requests."""

    q = forms.CharField(max_length=80, required=False)
    status = forms.ChoiceField(choices=[("", ""), *Status.choices], required=False)


def start_of(day: date) -> datetime:
    """Return when a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))
