"""Serializers that take values as they are."""

from typing import Any, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from rest_framework import serializers

# Line breaks and tabs are the only control characters in a text.
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
ANY_TEXT = rf"^[^{CONTROL}]+$"
SOME_TEXT = rf"^[^{CONTROL}]*[^{CONTROL}\s\ufeff][^{CONTROL}]*$"

Row = TypeVar("Row", bound=models.Model)


class TextField(serializers.CharField):
    """A text; a number is not one. The API's document says which characters it takes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(RegexValidator(ANY_TEXT if self.allow_blank else SOME_TEXT))

    def to_internal_value(self, data: Any) -> str:
        """Return the text, refusing what would have to be turned into one."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ModelSerializer(serializers.ModelSerializer[Row]):
    """Takes only texts for texts, and no fields that it does not know."""

    serializer_field_mapping = {  # noqa: RUF012
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }

    def to_internal_value(self, data: Any) -> Any:
        """Return the values, refusing a field that is most likely a slip of the pen."""
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({name: ["Unknown field."] for name in unknown})
        return super().to_internal_value(data)
