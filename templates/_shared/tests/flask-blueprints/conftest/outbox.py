@dataclass(frozen=True)
class Mail:
    """A mail that was sent."""

    to: str
    text: str
    page: str


class Outbox:
    """Keeps mail instead of sending it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.ready = True

    def is_ready(self) -> bool:
        """As the test says."""
        return self.ready

    def send(self, message: EmailMessage) -> None:
        """Keep it."""
        text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text
        self.mails.append(
            Mail(message["To"], text.get_content(), page.get_content() if page else "")
        )

    @property
    def only(self) -> Mail:
        """The one mail there is."""
        [mail] = self.mails
        return mail
