"""The pages on which people keep their items. Somebody else's do not exist for them."""

from typing import Any

from django.contrib.messages.views import SuccessMessageMixin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from apps.accounts.requests import SignedInRequest
from apps.items.forms import ItemForm
from apps.items.models import Item


class OwnItems(View):
    """The items of whoever is signed in."""

    def get_queryset(self) -> QuerySet[Item]:
        """Return the items that may be seen."""
        return Item.objects.of(self.request.user.pk)


class ItemList(OwnItems, ListView[Item]):
    """Lists items, newest first, and finds them by name."""

    paginate_by = 20

    def get_queryset(self) -> QuerySet[Item]:
        """Return the items whose name was asked for."""
        return Item.objects.of(self.request.user.pk).named(self.query)

    @property
    def query(self) -> str:
        """What to look for; a text of the length of a name holds every question worth asking."""
        return self.request.GET.get("name", "").replace("\0", "")[:80]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for."""
        return super().get_context_data(query=self.query, **kwargs)


class ItemDetail(OwnItems, DetailView[Item]):
    """Shows an item."""


class CreateItem(SuccessMessageMixin[ItemForm], CreateView[Item, ItemForm]):
    """Makes an item."""

    request: SignedInRequest
    model = Item
    form_class = ItemForm
    success_message = _("The item has been saved.")

    def form_valid(self, form: ItemForm) -> HttpResponse:
        """Make it the signed-in person's."""
        form.instance.owner = self.request.user
        return super().form_valid(form)


class UpdateItem(OwnItems, SuccessMessageMixin[ItemForm], UpdateView[Item, ItemForm]):
    """Changes an item."""

    form_class = ItemForm
    success_message = _("The item has been saved.")


class DeleteItem(OwnItems, SuccessMessageMixin[Any], DeleteView[Item, Any]):
    """Asks whether to delete an item, and deletes it."""

    success_url = reverse_lazy("items:list")
    success_message = _("The item has been deleted.")
