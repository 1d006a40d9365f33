"""What this service is."""

from flask.views import MethodView
from marshmallow import Schema, fields

from ..config import PROJECT_NAME
from .blueprints import ApiBlueprint

bp = ApiBlueprint("info-api", __name__, url_prefix="/api/v1", description="The service itself")


class InfoSchema(Schema):
    """A name and a version."""

    name = fields.String(required=True)
    version = fields.String(required=True)


@bp.route("/")
class Info(MethodView):
    """The service."""

    @bp.response(200, InfoSchema)
    def get(self) -> dict[str, str]:
        """Say which service this is, and which version of the API it speaks."""
        return {"name": PROJECT_NAME, "version": "1"}
