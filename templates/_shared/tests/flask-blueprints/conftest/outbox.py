@dataclass(frozen=True)
class Mail:
    """A mail that was sent."""

    to: str
    text: str
{% if uses_registration %}
    page: str
{% endif %}


class Outbox:
    """Keeps mail instead of sending it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
{% if uses_registration %}
        self.ready = True
{% endif %}
{% if uses_registration %}

    def is_ready(self) -> bool:
        """As the test says."""
        return self.ready
{% endif %}

    def send(self, message: EmailMessage) -> None:
        """Keep it."""
{% if uses_registration %}
        text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text
        self.mails.append(
            Mail(message["To"], text.get_content(), page.get_content() if page else "")
        )
{% else %}
        self.mails.append(Mail(message["To"], message.get_content()))
{% endif %}

    @property
    def only(self) -> Mail:
        """The one mail there is."""
        [mail] = self.mails
        return mail
