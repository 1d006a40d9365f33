"""Mail in development."""

from typing import Any

from django.core.mail.backends import console


class EmailBackend(console.EmailBackend):
    """Prints mail as its reader sees it. As it is sent, long lines are broken, and links with them."""

    def write_message(self, message: Any) -> None:
        """Print a message."""
        heading = f"To: {', '.join(message.to)}\nSubject: {message.subject}"
        self.stream.write(f"{heading}\n\n{message.body}\n{'-' * 79}\n")
