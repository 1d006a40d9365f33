"""Requests and the audit trail for other programs, as CSV and as JSON."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse

from apps.approvals.models import AuditEntry, PurchaseRequest
from apps.approvals.rules import cell

ROWS_AT_ONCE = 500
Row = dict[str, Any]


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def download(
    rows: Iterable[Row], columns: tuple[str, ...], name: str, form: str
) -> StreamingHttpResponse:
    """Send rows as they are read, so that none has to be kept."""
    if form == "csv":
        response = StreamingHttpResponse(
            as_csv(rows, columns), content_type="text/csv; charset=utf-8"
        )
    else:
        response = StreamingHttpResponse(as_json(rows), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def as_csv(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a table, none of whose cells is a formula."""
    writer = csv.writer(Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(flat(row[column])) for column in columns])


def flat(value: object) -> object:
    """Return a value as one cell holds it."""
    if value is None:
        return ""
    return json.dumps(value, cls=DjangoJSONEncoder) if isinstance(value, dict) else value


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the parts of a list."""
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + json.dumps(row, cls=DjangoJSONEncoder)
    yield "]"


REQUEST_COLUMNS = (
    "number", "title", "department", "requester", "amount", "currency", "status", "reason",
    "created_at", "changed_at",
)  # fmt: skip


def request_rows(requests: Iterable[PurchaseRequest]) -> Iterator[Row]:
    """Yield what is exported of requests."""
    for request in requests:
        yield {
            "number": str(request),
            "title": request.title,
            "department": request.department.name,
            "requester": request.requester.email if request.requester else None,
            "amount": request.amount,
            "currency": request.currency,
            "status": request.status,
            "reason": request.reason,
            "created_at": request.created_at.isoformat(),
            "changed_at": request.changed_at.isoformat(),
        }


ENTRY_COLUMNS = ("when", "who", "account", "what", "request", "before", "after", "comment")


def entry_rows(entries: Iterable[AuditEntry]) -> Iterator[Row]:
    """Yield what is exported of the audit trail."""
    for entry in entries:
        yield {
            "when": entry.created_at.isoformat(),
            "who": entry.actor or None,
            "account": entry.actor_id,
            "what": entry.action,
            "request": str(entry.request) if entry.request else None,
            "before": entry.before,
            "after": entry.after,
            "comment": entry.comment,
        }
