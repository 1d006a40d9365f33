"""What a checkout's files show about an application: each fact with the file that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from practice.checkout import Checkout

SMALL_FILES, LARGE_FILES, LARGE_COMMITS = 50, 200, 2000
"""Small: at most so many Python files. Large: at least so many, and so many commits."""

SIMPLE_TABLES = 10
"""At most so many tables are a few simple ones."""

_SERVERS = {
    "postgresql": r"psycopg|asyncpg|postgres|pg8000",
    "mysql": r"mysqlclient|pymysql|mysql[-_+]?connector|mysql\+|MySQLdb|backends\.mysql",
    "sqlite": r"sqlite",
}
_DOCUMENT_STORES = {
    "mongodb": r"^[ \t]*(?:from|import) (?:pymongo|mongoengine|flask_pymongo|flask_mongoengine|motor)\b",
    "other": r"^[ \t]*(?:from|import) (?:pynamodb|couchdb|tinydb)\b|"
    r"^[ \t]*(?:from google\.cloud import|import google\.cloud\.) ?datastore",
}
_LISTED_STORE = r"pymongo|mongoengine|motor\b|pynamodb|couchdb|tinydb|cloud-datastore"
"""What a manifest lists where documents are the data, and not one of the sources that an application reads."""

_JOBS = {
    "celery": r"^[ \t]*(?:from|import) celery\b",
    "rq": r"^[ \t]*(?:from|import) (?:rq|django_rq|flask_rq2?)\b",
    "huey": r"^[ \t]*(?:from|import) huey\b",
    "dramatiq": r"^[ \t]*(?:from|import) dramatiq\b",
    "django-q": r"^[ \t]*(?:from|import) django_q\b",
    "procrastinate": r"^[ \t]*(?:from|import) procrastinate\b",
    "apscheduler": r"^[ \t]*(?:from|import) (?:apscheduler|flask_apscheduler|django_apscheduler)\b",
}
_REST = (
    r"^[ \t]*(?:from|import) (?:rest_framework|ninja|tastypie|flask_rest(?:ful|x|plus|less)|flask_smorest|flask_rebar|"
    r"flask_rest_jsonapi|flask_openapi3|connexion|apiflask|spectree|hatchway|flasgger)\b"
)
_GRAPHQL = r"^[ \t]*(?:from|import) (?:graphene|strawberry|ariadne)\b"
_API_ROUTE = (
    r"(?:path|url|route|Blueprint|prefix|add_url_rule|add_resource)\w*\s*(?:\(|=)[^)\n]*[\"'^/](?:api|v\d)/?[\"'/]|"
    r"url_prefix=[\"']/api"
)
_API_PATH = re.compile(r"(^|/)(rest_)?api(/|\.py$)")
_REALTIME = (
    r"^[ \t]*(?:from|import) (?:channels\.(?:generic|routing|layers|consumer)|flask_socketio|flask_sock|flask_sockets|"
    r"socketio|websockets|geventwebsocket|simple_websocket|django_eventstream|flask_sse)\b|text/event-stream"
)
_ADMIN = {
    "django": r"staff_member_required|staff_required|manager_required|admin\.site\.urls|wagtailadmin_urls|"
    r"wagtail\.admin\.urls|^[ \t]*class \w*Admin\(.*ModelAdmin\)",
    "flask": r"^[ \t]*(?:from|import) flask_admin\b|Blueprint\(\s*u?[\"'][\w.]*admin|route\([\"'][^\"']*/?admin\b|"
    r"add_url_rule\([\"']/admin|admin_required|require_admin|\bis_(?:sys)?admin\b|admin_permission",
}
_STAFF_ROLES = {
    "django": r"permission_required\(|PermissionRequiredMixin|^[ \t]*(?:from|import) (?:guardian|rules)\b|"
    r"moderator_required|^from django\.contrib\.auth\.models import [^\n]*\b(?:Group|Permission)\b",
    "flask": r"flask_principal|roles_(?:required|accepted)|role_required|permission_required|has_role\(|"
    r"moderator_required|^[ \t]*class (?:\w*Role|Permissions?|Capabilities)\b|\.role(?:\.name)?\s*(?:==|!=|in\b)|"
    r"has_(?:permission|rights|capability)\(",
}
_ROLES = {name: rf"{pattern}|^[ \t]*class \w*Role\(" for name, pattern in _STAFF_ROLES.items()}
"""What tells people apart anywhere, and not only in a back office."""

_SIGN_IN = {
    "django": r"LoginView|auth\.urls|allauth|^[ \t]*(?:from|import) (?:mozilla_django_oidc|social_django)|auth_login\(|"
    r"\blogin\(\s*(?:self\.)?request|authenticate\(|obtain_auth_token|TokenObtain|admin\.site\.urls|dj_rest_auth",
    "flask": r"^[ \t]*(?:from|import) (?:flask_login|flask_security|flask_user|flask_jwt\w*|flask_httpauth|flask_oidc|"
    r"flask_pyoidc|flask_dance)\b|login_required|check_password(?:_hash)?\(|^[ \t]*def (?:login|sign_?in)\(|"
    r"session\[[\"'](?:user|username|user_id|logged_?in|uid|auth\w*)[\"']\]|"
    r"(?:route|add_url_rule|add_resource)\([^)\n]*[\"'/](?:login|sign-?in)[\"'/]",
}
_ROUTE = r"(?:path|url|route|add_url_rule|add_resource|expose|register|prefix|rule)\w*\([^)\n]*[\"'^/]"
_SIGN_UP = (
    _ROUTE + r"(?:sign-?_?up|register|registration|create[-_]account|account_create)(?:/?[\"'$]|/<|/\?)|"
    r"[\"']allauth\.account[\"']|registration\.backends|UserCreationForm|SECURITY_REGISTERABLE\W+True|"
    r"^[ \t]*[\"'](?:registration|djoser|django_registration|dj_rest_auth\.registration)[\"'],?[ \t]*$|"
    r"^[ \t]*def (?:sign_?up|register_user|create_account)\(|^[ \t]*def register\(\)|"
    r"^[ \t]*class (?:User)?(?:Register|Registration|SignUp|Signup)(?:User|Account)?"
    r"(?:Form|View|Resource|API|APIView|Serializer|Schema)?\b\s*[(:]"
)
_MODEL_FILE = re.compile(r"(^|/)[^/]*(models?|schema|entities|tables|db|database)[^/]*(/|\.py$)", re.IGNORECASE)
_MODEL = re.compile(
    r"^class \w+\([^)\n]*(?:\bModel|Model\b|Models\b|\bBase\b|\bPage\b|Mixin\b)[^)\n]*\)\s*:", re.MULTILINE
)
_NO_TABLE = re.compile(
    r"^class \w*(?:Mixin|Manager|Form|Admin|Schema|Serializer|Enum|Abstract\w*|Base\w*)\(", re.MULTILINE
)
_TABLE_NAME = re.compile(r"^\s*__tablename__\s*=|^\w+\s*=\s*(?:\w+\.)?Table\(", re.MULTILINE)
_CREATE_TABLE = re.compile(r"CREATE TABLE", re.IGNORECASE)


_TELLING = (
    *("import", "class", "table", "admin", "role", "permission", "regist", "sign", "account", "login", "auth"),
    *(
        "session",
        "password",
        "api",
        "event-stream",
        "sqlite",
        "postgres",
        "psycopg",
        "mysql",
        "blueprint",
        "token",
        "has_",
    ),
)
"""The lines with one of these words are searched, and the others are not: they would take most of the time."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What was found, and the file that shows it; without a file, nothing in any file showed more."""

    value: str | bool
    file: str = ""


def facts_of(checkout: Checkout) -> dict[str, Fact]:
    """Return the facts of one application by field. Raises ValueError if it uses neither framework."""
    checkout = replace(checkout, code={path: _telling(text) for path, text in checkout.code.items()})
    framework = _framework(checkout)
    size = _size(checkout)
    name = str(framework.value)
    data, database = _data(checkout, name)
    admin, accounts = _people(checkout, name)
    return {
        "framework": framework,
        "size": size,
        "admin": admin,
        "accounts": accounts,
        "data": data,
        "database": database,
        "jobs": _first(checkout.code, _JOBS) or Fact(value="none"),
        "api": _api(checkout),
        "realtime": _found(checkout.code, _REALTIME, True) or Fact(value=False),
    }


def _telling(text: str) -> str:
    lines = zip(text.split("\n"), text.lower().split("\n"), strict=False)
    return "\n".join(line for line, lower in lines if any(word in lower for word in _TELLING))


def _framework(checkout: Checkout) -> Fact:
    importing = {
        name: [
            path
            for path, text in checkout.code.items()
            if re.search(rf"^[ \t]*(?:from|import) {name}\b", text, re.MULTILINE)
        ]
        for name in ("flask", "django")
    }
    name = max(importing, key=lambda name: len(importing[name]))
    if not importing[name]:
        raise ValueError("it imports neither Flask nor Django")
    listed = rf"^[ \t\"'\[-]*{name}\b(?![-_.\w])"
    return _found(checkout.manifests, listed, name, re.IGNORECASE) or Fact(value=name, file=importing[name][0])


def _size(checkout: Checkout) -> Fact:
    files, commits = len(checkout.code), checkout.commits
    is_large = files >= LARGE_FILES and commits >= LARGE_COMMITS
    size = "small" if files <= SMALL_FILES else "large" if is_large else "medium"
    return Fact(value=size, file=f"{files} Python files, {commits} commits")


def _people(checkout: Checkout, framework: str) -> tuple[Fact, Fact]:
    admin = _found(checkout.code, _ADMIN[framework], "basic")
    staff = _found(checkout.code, _STAFF_ROLES[framework], "multi-role")
    roles = _found(checkout.code, _ROLES[framework], "full")
    sign_in = _found(checkout.code, _SIGN_IN[framework], "login")
    sign_up = _found(checkout.code, _SIGN_UP, "registration")
    if not sign_in:
        return admin or Fact(value="none"), Fact(value="none")
    accounts = Fact(value="full", file=sign_up.file) if sign_up and roles else sign_up or sign_in
    return (staff if admin and staff else admin) or Fact(value="none"), accounts


def _data(checkout: Checkout, framework: str) -> tuple[Fact, Fact]:
    counts = {path: count for path, text in checkout.code.items() if (count := _tables(path, text, framework))}
    counts |= {path: count for path, text in checkout.tables.items() if (count := len(_CREATE_TABLE.findall(text)))}
    most = max(counts, key=lambda path: counts[path], default="")
    is_listed = _found(checkout.manifests, _LISTED_STORE, True, re.IGNORECASE)
    document = _first(checkout.code, _DOCUMENT_STORES) if is_listed else None
    if document and (framework == "flask" and not any(_TABLE_NAME.search(text) for text in checkout.code.values())):
        return Fact(value="document", file=document.file), document
    if not counts:
        return Fact(value="none"), Fact(value="none")
    settings = {path: text for path, text in checkout.code.items() if re.search(r"settings|config", path)}
    places = (checkout.manifests, settings, checkout.code)
    servers = (_first(files, _SERVERS, re.IGNORECASE) for files in places)
    server = next((fact for fact in servers if fact), Fact(value="other"))
    size = "simple" if sum(counts.values()) <= SIMPLE_TABLES else "relational"
    return Fact(value=size, file=most), server


def _tables(path: str, text: str, framework: str) -> int:
    named = len(_TABLE_NAME.findall(text)) + len(_CREATE_TABLE.findall(text))
    if not _MODEL_FILE.search(path) or (framework == "flask" and not re.search(r"sqlalchemy|peewee|\bdb\b", text)):
        return named
    return max(named, len(_MODEL.findall(text)) - len(_NO_TABLE.findall(text)))


def _api(checkout: Checkout) -> Fact:
    return (
        _found(checkout.code, _REST, "rest")
        or _found(checkout.code, _GRAPHQL, "graphql")
        or _found(checkout.code, _API_ROUTE, "rest")
        or _named(checkout.code, _API_PATH, "rest")
        or Fact(value="none")
    )


def _named(files: Mapping[str, str], pattern: re.Pattern[str], value: str) -> Fact | None:
    return next((Fact(value=value, file=path) for path in files if pattern.search(path)), None)


def _first(files: Mapping[str, str], patterns: Mapping[str, str], flags: int = 0) -> Fact | None:
    return next((fact for value, pattern in patterns.items() if (fact := _found(files, pattern, value, flags))), None)


def _found(files: Mapping[str, str], pattern: str, value: str | bool, flags: int = 0) -> Fact | None:
    """Return the fact with the first file that shows it, settings and addresses first."""
    compiled = re.compile(pattern, re.MULTILINE | flags)
    paths = sorted(
        _matching(files, compiled), key=lambda path: (not re.search(r"settings|urls|routes|views", path), path)
    )
    return Fact(value=value, file=paths[0]) if paths else None


def _matching(files: Mapping[str, str], pattern: re.Pattern[str]) -> Iterator[str]:
    yield from (path for path, text in files.items() if pattern.search(text))
