from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.shop import mails
from apps.shop.mails import notify
from apps.shop.models import Order, Product
from apps.shop.orders import move
from apps.shop.rules import Status
from tests.shop.conftest import buy


def test_the_customer_is_sent_what_they_have_ordered(
    user: User,
    product: Product,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    product.name = "A <lamp>"
    product.save()
    with django_capture_on_commit_callbacks(execute=True):
        order = buy(user, product, quantity=2)
    [mail] = mailoutbox
    assert mail.to == [user.email]
    assert mail.subject == f"Your order {order.pk}"
    assert "2 × A <lamp>: 79.00 EUR" in mail.body
    assert "Total with tax: 83.90 EUR" in mail.body
    assert "19 % tax: 13.39 EUR" in mail.body
    assert "12 St James's Square" in mail.body


def test_an_order_stands_when_its_mail_cannot_be_sent(
    user: User,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(mails, "send_mail", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        buy(user, product)
    assert Order.objects.exists()


@pytest.mark.parametrize(
    ("states", "subject"),
    [
        ([Status.PAID], "is paid"),
        ([Status.PAID, Status.SENT], "is on its way"),
        ([Status.CANCELLED], "is cancelled"),
        ([Status.PAID, Status.REFUNDED], "is refunded"),
    ],
)
def test_the_customer_hears_of_every_state_once(
    order: Order,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    states: list[Status],
    subject: str,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for status in states:
            assert move(order, status)
            assert not move(order, status)
    assert len(mailoutbox) == len(states)
    assert mailoutbox[-1].subject == f"Your order {order.pk} {subject}"
    assert f"http://testserver/shop/orders/{order.pk}/" in mailoutbox[-1].body


def test_every_state_has_its_mail() -> None:
    assert set(mails.TEXTS) == set(Status)


def test_nobody_gets_the_mail_of_an_account_that_is_gone(
    user: User, order: Order, mailoutbox: list[EmailMessage]
) -> None:
    user.delete()
    notify(order, Status.PAID)
    notify(Order.objects.get(), Status.PAID)
    assert mailoutbox == []
