@dataclass(frozen=True)
class Mail:
    """A mail that was sent."""

    to: str
    text: str


class Outbox:
    """Keeps mail instead of sending it."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, message: EmailMessage) -> None:
        """Keep it."""
        self.mails.append(Mail(message["To"], message.get_content()))

    @property
    def only(self) -> Mail:
        """The one mail there is."""
        [mail] = self.mails
        return mail
