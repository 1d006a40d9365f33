"""The pages of the catalogue and the cart, which are everybody's, and the checkout."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.generic import DetailView, ListView

from apps.accounts.requests import SignedInRequest
from apps.shop.cart import Cart, bill_for
from apps.shop.forms import CartForm, CheckoutForm
from apps.shop.models import CURRENCY, Category, Product, ProductQuerySet
from apps.shop.order_views import go_and_pay
from apps.shop.orders import CannotOrderError, place
from apps.shop.rates import HOME, TARIFFS, country_name


@method_decorator(login_not_required, name="dispatch")
class Catalogue(ListView[Product]):
    """Lists what is sold, newest first, and finds it by its words."""

    paginate_by = 20

    def get_queryset(self) -> ProductQuerySet:
        """Return the products that were asked for."""
        return Product.objects.on_sale().for_display().matching(self.query)

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
    """Shows a product with its variants."""

    queryset = Product.objects.on_sale().for_display()
    extra_context = {"shipping": min(tariff.shipping for tariff in TARIFFS.values())}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def cart_page(request: HttpRequest) -> HttpResponse:
    """Show what is in the cart, and change how many of a variant."""
    cart = Cart(request.session)
    if request.method != "POST":
        lines = cart.lines()
        context = {
            "lines": lines,
            "bill": bill_for(lines, HOME),
            "country": country_name(HOME),
            "currency": CURRENCY,
        }
        return render(request, "shop/cart.html", context)
    form = CartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The cart can’t hold that many."))
        return redirect("shop:cart")
    variant, quantity = form.cleaned_data["variant"], form.cleaned_data["quantity"]
    fits = (cart.add if form.cleaned_data["adds"] else cart.put)(variant, quantity)
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
    if "updates" in request.POST:
        # Only another country was chosen: the page shows what the shipping there costs, and complains of nothing yet.
        form = CheckoutForm(initial=request.POST.dict())
    elif form.is_valid():
        key = form.cleaned_data["key"]
        # Another cart by now: the first of two clicks has ordered the one that was shown.
        quantities = cart.quantities if key == cart.key else {}
        total = form.cleaned_data["total"]
        try:
            order = place(request.user, key, quantities, total=total, to=form.destination())
        except CannotOrderError as error:
            messages.error(request, str(error))
            status = HTTPStatus.CONFLICT
        else:
            if key == cart.key:
                cart.clear()
            messages.success(request, _("Thank you. Your order is in."))
            return go_and_pay(request, order)
    elif {"key", "total"} & form.errors.keys():
        # These the page has sent, so nobody could correct them.
        text = _("Nothing has been ordered: the page was not sent as it was shown. Try again.")
        messages.error(request, text)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    lines = cart.lines()
    if not lines:
        return redirect("shop:cart")
    country = request.POST.get("country", "")
    bill = bill_for(lines, country if country in TARIFFS else HOME)
    context = {
        "form": form,
        "key": cart.key,
        "lines": lines,
        "bill": bill,
        "currency": CURRENCY,
    }
    return render(request, "shop/checkout.html", context, status=status)
