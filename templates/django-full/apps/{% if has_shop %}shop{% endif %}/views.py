"""The pages of the shop. The catalogue and the cart are everybody's, orders are their customer's."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView

from apps.accounts.requests import SignedInRequest
from apps.shop.cart import Cart, total_of
from apps.shop.forms import CartForm, CheckoutForm
from apps.shop.models import Category, Order, OrderQuerySet, Product, ProductQuerySet
from apps.shop.orders import CannotOrderError, place


@method_decorator(login_not_required, name="dispatch")
class Catalogue(ListView[Product]):
    """Lists what is sold, newest first, and finds it by its words."""

    paginate_by = 20

    def get_queryset(self) -> ProductQuerySet:
        """Return the products that were asked for."""
        return Product.objects.on_sale().matching(self.query)

    @property
    def query(self) -> str:
        """What to look for; a text of the length of a name holds every question worth asking."""
        return self.request.GET.get("q", "").replace("\0", "")[:80]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for, and what else there is."""
        categories = Category.objects.filter(products__is_active=True).distinct()
        return super().get_context_data(query=self.query, categories=categories, **kwargs)


class CategoryPage(Catalogue):
    """Lists what is sold of a category."""

    def get_queryset(self) -> ProductQuerySet:
        """Return the products of the category."""
        self.category = get_object_or_404(Category, slug=self.kwargs["slug"])
        return super().get_queryset().filter(category=self.category)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page the category."""
        return super().get_context_data(category=self.category, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class ProductPage(DetailView[Product]):
    """Shows a product."""

    queryset = Product.objects.on_sale().select_related("category")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def cart_page(request: HttpRequest) -> HttpResponse:
    """Show what is in the cart, and change how many of a product."""
    cart = Cart(request.session)
    if request.method != "POST":
        lines = cart.lines()
        return render(request, "shop/cart.html", {"lines": lines, "total": total_of(lines)})
    form = CartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The cart can’t hold that many."))
        return redirect("shop:cart")
    product, quantity = form.cleaned_data["product"], form.cleaned_data["quantity"]
    fits = (cart.add if form.cleaned_data["adds"] else cart.put)(product, quantity)
    if fits:
        messages.success(request, _("Your cart is updated."))
    else:
        messages.error(request, _("The cart can’t hold that many."))
    return redirect("shop:cart")


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: SignedInRequest) -> HttpResponse:
    """Ask where the order goes, and make it: once, however often the button is pressed."""
    cart = Cart(request.session)
    form = CheckoutForm(request.POST or None, initial={"name": request.user.name})
    status = HTTPStatus.OK
    if form.is_valid():
        key = form.cleaned_data["key"]
        # Another cart by now: the first of two clicks has ordered the one that was shown.
        quantities = cart.quantities if key == cart.key else {}
        try:
            order = place(request.user, quantities=quantities, **form.cleaned_data)
        except CannotOrderError as error:
            messages.error(request, str(error))
            status = HTTPStatus.CONFLICT
        else:
            if key == cart.key:
                cart.clear()
            messages.success(request, _("Thank you. Your order is in."))
            return redirect(order)
    elif {"key", "total"} & form.errors.keys():
        # These the page has sent, so nobody could correct them.
        text = _("Nothing has been ordered: the page was not sent as it was shown. Try again.")
        messages.error(request, text)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    lines = cart.lines()
    if not lines:
        return redirect("shop:cart")
    context = {"form": form, "key": cart.key, "lines": lines, "total": total_of(lines)}
    return render(request, "shop/checkout.html", context, status=status)


class OrderList(ListView[Order]):
    """Lists one's own orders, newest first."""

    paginate_by = 20

    def get_queryset(self) -> OrderQuerySet:
        """Return the orders that may be seen."""
        return Order.objects.of(self.request.user.pk)


class OrderPage(DetailView[Order]):
    """Shows one of one's own orders; somebody else's do not exist."""

    def get_queryset(self) -> QuerySet[Order]:
        """Return the orders that may be seen."""
        return Order.objects.of(self.request.user.pk).prefetch_related("lines")
