"""What customers hear about their orders."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.mail import as_html
from apps.shop.models import Order
from apps.shop.rules import Status

# For each state the subject and the first sentence.
TEXTS = {
    Status.PLACED: (_("Your order %(number)s"), _("Thank you. Your order is in.")),
    Status.PAID: (
        _("Your order %(number)s is paid"),
        _("Your payment has arrived. We pack your order now."),
    ),
    Status.SENT: (_("Your order %(number)s is on its way"), _("We have sent your order.")),
    Status.CANCELLED: (
        _("Your order %(number)s is cancelled"),
        _("Your order is cancelled. If you have paid for it, you get the money back."),
    ),
    Status.REFUNDED: (
        _("Your order %(number)s is refunded"),
        _("We send back what you have paid. Your bank may need a few days."),
    ),
}


def notify(order: Order, status: Status) -> None:
    """Tell the customer that an order has come so far; nobody, if the account is gone."""
    # Read again: the account may have been deleted in the same moment.
    customer = order.customer_id and User.objects.filter(pk=order.customer_id).first()
    if not customer:
        return
    subject, sentence = TEXTS[status]
    context = {
        "order": order,
        "sentence": sentence,
        "project_name": settings.PROJECT_NAME,
        "site_url": settings.SITE_URL,
    }
    title = subject % {"number": order.pk}
    text = render_to_string("shop/mail.txt", context)
    send_mail(title, text, None, [customer.email], html_message=as_html(title, text))
