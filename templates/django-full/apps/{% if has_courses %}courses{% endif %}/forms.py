"""The forms of students and of staff."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from apps.courses.models import Choice, Question, Quiz
from apps.courses.quizzes import questions_of


class QuizForm(forms.Form):
    """The questions of a quiz, each with its choices; which are right it does not know."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, quiz: Quiz, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions_of(quiz):
            self.fields[f"question_{question.pk}"] = forms.TypedMultipleChoiceField(
                label=question.text,
                coerce=int,
                choices=[(choice.pk, choice.text) for choice in question.choices.all()],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def chosen(self) -> dict[int, frozenset[int]]:
        """What has been chosen in each question."""
        return {
            int(name.removeprefix("question_")): frozenset(choices)
            for name, choices in self.cleaned_data.items()
            if name.startswith("question_")
        }


class CertificateForm(forms.Form):
    """The name that a certificate shows to everybody who has its address."""

    name = forms.CharField(
        label=_("Name on the certificate"),
        max_length=80,
        help_text=_("Everybody who has the address of the certificate sees it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class ChoiceFormSet(BaseInlineFormSet[Choice, Question, forms.ModelForm[Choice]]):
    """The choices of a question, of which at least one is right."""

    def clean(self) -> None:
        """Refuse a question that nobody could answer."""
        super().clean()
        kept = [form.cleaned_data for form in self.forms if form.is_valid()]
        if not any(data.get("is_right") and not data.get("DELETE") for data in kept):
            raise forms.ValidationError(_("Mark at least one answer as right."))
