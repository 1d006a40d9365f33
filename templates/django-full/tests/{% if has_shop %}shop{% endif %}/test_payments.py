import json
import time
import uuid
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.shop.models import Order, Payment, PaymentEvent, Product
from apps.shop.payments.models import PaymentStatus
from apps.shop.payments.provider import Kind
from apps.shop.payments.signatures import TOLERANCE, is_valid, sign
from apps.shop.payments.standin import HEADER, StandIn, delivery
from apps.shop.rules import Status
from config.settings.shop import STAND_IN
from tests.conftest import PRODUCTION, LoadSettings
from tests.shop.conftest import Till, put_into_cart, status_of

WEBHOOK = "/shop/payments/webhook/"
PAID = (Status.PAID, PaymentStatus.PAID)


@pytest.fixture
def provider() -> Client:
    """Give a browser without a session or a token against forgery, as the provider's computers are."""
    return Client(enforce_csrf_checks=True)


def send(provider: Client, headers: dict[str, str], body: bytes) -> int:
    response = provider.post(WEBHOOK, body, content_type="application/json", headers=headers)
    return response.status_code


def signed(payment: Payment, settings: Settings, **changed: Any) -> tuple[dict[str, str], bytes]:
    """Return a delivery that says something else than the stand-in would, and is signed."""
    data = json.loads(delivery(payment, Kind.PAID)[1]) | changed
    body = json.dumps(data).encode()
    return {HEADER: sign(settings.SHOP_WEBHOOK_SECRET, body, int(time.time()))}, body


def test_a_checkout_leads_to_the_provider_and_back(
    signed_in: Client, product: Product, till: type[Till]
) -> None:
    put_into_cart(signed_in, product)
    page = signed_in.get("/shop/checkout/").context
    data = {
        "key": page["key"],
        "total": page["bill"].total,
        "name": "Ada",
        "street": "Ahornweg 1",
        "postcode": "1",
        "city": "Berlin",
        "country": "DE",
    }
    address = signed_in.post("/shop/checkout/", data)["Location"]
    assert address == f"/shop/payments/stand-in/{Payment.objects.get().reference}/"
    assert "44.40 EUR" in signed_in.get(address).content.decode()
    done = signed_in.post(address)
    order = Order.objects.get()
    assert done["Location"] == order.get_absolute_url()
    assert status_of(order) == PAID
    assert ">Paid<" in signed_in.get(order.get_absolute_url()).content.decode()


def test_a_payment_that_was_declined_can_be_tried_again(
    signed_in: Client, payment: Payment, order: Order
) -> None:
    address = f"/shop/payments/stand-in/{payment.reference}/"
    page = signed_in.post(address, {"decline": "yes"}, follow=True).content.decode()
    assert "The payment was declined." in page
    assert status_of(order) == (Status.PLACED, PaymentStatus.BEGUN)
    again = signed_in.post(f"{order.get_absolute_url()}pay/")
    assert again["Location"] == address
    signed_in.post(address)
    assert status_of(order) == PAID
    # What is paid is not paid again.
    assert signed_in.post(f"{order.get_absolute_url()}pay/")["Location"] == order.get_absolute_url()
    signed_in.post(address)
    assert status_of(order) == PAID


def test_somebody_else_s_payment_does_not_exist(
    client: Client, payment: Payment, other: User
) -> None:
    client.force_login(other)
    address = f"/shop/payments/stand-in/{payment.reference}/"
    assert client.get(address).status_code == client.post(address).status_code == 404
    for action in ("pay", "cancel"):
        assert client.post(f"/shop/orders/{payment.order_id}/{action}/").status_code == 404


def test_a_provider_that_does_not_answer_leaves_the_order(
    signed_in: Client, order: Order, till: type[Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(till, "is_closed", True)
    page = signed_in.post(f"{order.get_absolute_url()}pay/", follow=True).content.decode()
    assert "The payment can’t begin now." in page
    assert status_of(order)[0] == Status.PLACED


def test_a_delivery_is_done_once_however_often_it_comes(
    provider: Client, payment: Payment, order: Order
) -> None:
    headers, body = delivery(payment, Kind.PAID)
    assert send(provider, headers, body) == send(provider, headers, body) == 204
    assert PaymentEvent.objects.count() == 1
    assert str(PaymentEvent.objects.get()) == json.loads(body)["id"]
    assert status_of(order) == PAID


def test_a_second_report_of_the_same_payment_changes_nothing(
    provider: Client, payment: Payment, order: Order, till: type[Till]
) -> None:
    for _ in range(2):
        assert send(provider, *delivery(payment, Kind.PAID)) == 204
    assert PaymentEvent.objects.count() == 2
    assert status_of(order) == PAID
    assert Till.refunds == []


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=x,v1=y",
        "t=٣,v1=y",
        f"t={'9' * 5000},v1=y",
        f"t={int(time.time())},v1=ü",
        "v1=y,t=,,=",
    ],
)
def test_what_carries_no_signature_is_refused(
    provider: Client, payment: Payment, order: Order, signature: str
) -> None:
    _headers, body = delivery(payment, Kind.PAID)
    assert send(provider, {}, body) == 400
    assert send(provider, {HEADER: signature}, body) == 400
    assert status_of(order) == (Status.PLACED, PaymentStatus.BEGUN)


def test_what_somebody_else_has_signed_or_changed_is_refused(
    provider: Client, payment: Payment, order: Order
) -> None:
    headers, body = delivery(payment, Kind.DECLINED)
    assert send(provider, headers, body.replace(b"declined", b"paid")) == 400
    forged = sign("another secret", body, int(time.time()))
    assert send(provider, {HEADER: forged}, body) == 400
    assert status_of(order) == (Status.PLACED, PaymentStatus.BEGUN)


@pytest.mark.parametrize("seconds", [-TOLERANCE - 5, TOLERANCE + 5])
def test_what_was_recorded_is_not_sent_again_later(
    provider: Client, payment: Payment, order: Order, settings: Settings, seconds: int
) -> None:
    _headers, body = delivery(payment, Kind.PAID)
    old = sign(settings.SHOP_WEBHOOK_SECRET, body, int(time.time()) + seconds)
    assert send(provider, {HEADER: old}, body) == 400
    assert status_of(order) == (Status.PLACED, PaymentStatus.BEGUN)


def test_a_signature_holds_for_a_while() -> None:
    signature = sign("secret", b"body", 1_000_000)
    assert is_valid("secret", b"body", signature, 1_000_000 + TOLERANCE)
    assert not is_valid("secret", b"body", signature, 1_000_001 + TOLERANCE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0.01"},
        {"amount": "NaN"},
        {"amount": "x"},
        {"amount": None},
        {"currency": "USD"},
        {"kind": "stolen"},
        {"reference": "x"},
        {"reference": 7},
        {"id": "x"},
    ],
)
def test_a_signed_delivery_that_does_not_fit_is_refused(
    provider: Client, payment: Payment, order: Order, settings: Settings, wrong: dict[str, Any]
) -> None:
    assert send(provider, *signed(payment, settings, **wrong)) == 400
    assert status_of(order) == (Status.PLACED, PaymentStatus.BEGUN)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"{}", b"null", b"7"])
def test_a_signed_body_that_cannot_be_read_is_refused(
    provider: Client, payment: Payment, settings: Settings, body: bytes
) -> None:
    signature = sign(settings.SHOP_WEBHOOK_SECRET, body, int(time.time()))
    assert send(provider, {HEADER: signature}, body) == 400


def test_a_payment_that_is_not_ours_does_not_exist(
    provider: Client, payment: Payment, settings: Settings
) -> None:
    assert send(provider, *signed(payment, settings, reference=str(uuid.uuid4()))) == 404


@pytest.mark.django_db
def test_only_deliveries_come_this_way(client: Client, till: type[Till]) -> None:
    assert client.get(WEBHOOK).status_code == 405


def test_without_a_provider_there_is_none_of_its_pages(
    signed_in: Client, payment: Payment, order: Order, settings: Settings
) -> None:
    settings.SHOP_PAYMENT_PROVIDER = ""
    assert send(signed_in, *delivery(payment, Kind.PAID)) == 404
    assert signed_in.get(f"/shop/payments/stand-in/{payment.reference}/").status_code == 404
    page = signed_in.get(order.get_absolute_url()).content.decode()
    assert "Pay 83.90 EUR" not in page
    assert signed_in.post(f"{order.get_absolute_url()}pay/")["Location"] == order.get_absolute_url()


def test_the_stand_in_is_for_development_alone(load_settings: LoadSettings) -> None:
    assert load_settings()["SHOP_PAYMENT_PROVIDER"] == STAND_IN
    assert load_settings(**PRODUCTION)["SHOP_PAYMENT_PROVIDER"] == ""
    with pytest.raises(ImproperlyConfigured, match="stand-in"):
        load_settings(**PRODUCTION, SHOP_PAYMENT_PROVIDER=STAND_IN)


def test_production_needs_the_secret_of_its_provider(load_settings: LoadSettings) -> None:
    path = "apps.payments.Bank"
    with pytest.raises(ImproperlyConfigured, match="SHOP_WEBHOOK_SECRET"):
        load_settings(**PRODUCTION, SHOP_PAYMENT_PROVIDER=path)
    found = load_settings(**PRODUCTION, SHOP_PAYMENT_PROVIDER=path, SHOP_WEBHOOK_SECRET="x" * 32)
    assert found["SHOP_PAYMENT_PROVIDER"] == path


def test_a_payment_is_known_by_its_reference(payment: Payment) -> None:
    assert str(payment) == str(payment.reference)
    assert StandIn().begin(payment).endswith(f"/{payment}/")
