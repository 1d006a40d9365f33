from io import StringIO

from django.core.mail import EmailMessage

from apps.core.console import EmailBackend


def test_a_long_link_is_printed_in_one_piece() -> None:
    link = f"http://127.0.0.1:8000/accounts/confirm-email/{'x' * 100}/?q=é"
    message = EmailMessage("Confirm", f"Follow {link}\n", to=["ada@example.com"])
    stream = StringIO()
    EmailBackend(stream=stream).send_messages([message])
    assert link in stream.getvalue()
    assert "To: ada@example.com\nSubject: Confirm\n" in stream.getvalue()
