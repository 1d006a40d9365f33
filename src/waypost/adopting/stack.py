"""What a project is made with, as its dependencies, its code and its files show: framework, layout, services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from waypost.adopting.about import facts_about
from waypost.adopting.code import Code, Seen, code_of
from waypost.adopting.material import Fact, Material
from waypost.adopting.requirements import Requirements, requirements_of
from waypost.model import Value

_APPLICATIONS = ("Flask", "APIFlask", "OpenAPI")
_SETTINGS = r"['\"]DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)['\"]"
_ENGINES: Mapping[str, str | None] = {
    **dict.fromkeys(
        (
            *("django.db.backends.postgresql", "django.contrib.gis.db.backends.postgis", "psqlextra.backend"),
            *("django_tenants.postgresql_backend", "postgresql", "postgres://", "postgis://", "psql://"),
        ),
        "postgresql",
    ),
    **dict.fromkeys(("django.db.backends.mysql", "mysql://", "mysql+", "mariadb"), "mysql"),
    **dict.fromkeys(("django.db.backends.oracle", "oracle://", "oracle+"), "oracle"),
    **dict.fromkeys(("django_mongodb_backend", "djongo", "mongodb://", "mongodb+srv://"), "mongodb"),
    **dict.fromkeys(("mssql://", "mssql+"), None),
}
_SQLITE = ("django.db.backends.sqlite3", "sqlite:", "sqlite+")
# Packages that answer a question, the surest first; what no template has answers it with None.
_PACKAGES: Mapping[str, Mapping[str, Value | None]] = {
    "database": {
        **dict.fromkeys(("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000"), "postgresql"),
        **dict.fromkeys(("mysqlclient", "pymysql", "mysql-connector-python", "flask-mysqldb"), "mysql"),
        **dict.fromkeys(("oracledb", "cx-oracle"), "oracle"),
        **dict.fromkeys(("pymongo", "mongoengine", "flask-pymongo", "flask-mongoengine"), "mongodb"),
        **dict.fromkeys(("pyodbc", "mssql-django"), None),
    },
    "data_access": {
        **dict.fromkeys(("flask-sqlalchemy", "flask-sqlalchemy-lite", "sqlalchemy"), "orm"),
        **dict.fromkeys(("peewee", "pony", "sqlmodel", "tortoise-orm"), None),
    },
    "api_library": {
        "djangorestframework": "django-rest-framework",
        "django-ninja": "django-ninja",
        "flask-smorest": "flask-smorest",
        "flask-restful": "flask-restful",
        **dict.fromkeys(("flask-restx", "apiflask", "connexion", "flask-openapi3", "django-tastypie"), None),
        **dict.fromkeys(("django-modern-rest", "graphene", "graphene-django", "strawberry-graphql", "ariadne"), None),
    },
    "realtime": dict.fromkeys(("channels", "flask-socketio", "flask-sock", "daphne"), True),
    "jobs": {
        "celery": "celery",
        **dict.fromkeys(("rq", "django-rq", "flask-rq2", "huey", "dramatiq", "apscheduler", "django-q2"), None),
    },
    "cache": {"django-redis": "redis", "pymemcache": None, "pylibmc": None},
    "monitoring": {
        **dict.fromkeys(("prometheus-client", "django-prometheus", "prometheus-flask-exporter"), ("prometheus",)),
        "statsd": ("statsd",),
    },
    "error_reports": {"sentry-sdk": "sentry", "raven": "sentry", "rollbar": None, "bugsnag": None},
    "accounts": dict.fromkeys(("django-allauth", "django-registration", "flask-security-too"), "registration"),
    "admin": {"flask-admin": "basic"},
}
# Files that answer one: patterns of paths.
_FILES: Sequence[tuple[str, Value | None, str]] = (
    ("deployment", ("docker",), r"(?:.*/)?Dockerfile(?:\.\w+)?|(?:docker-)?compose(?:\.\w+)*\.ya?ml"),
    ("deployment", ("nginx",), r"(?:.*/)?nginx(?:/.+|\.conf)"),
    ("deployment", ("supervisor",), r"(?:.*/)?supervisor[\w.-]*(?:/.+|\.conf)"),
    ("ci", "github", r"\.github/workflows/.+\.ya?ml"),
    ("ci", "gitlab", r"\.gitlab-ci\.yml"),
    ("ci", None, r"\.travis\.yml|\.circleci/config\.yml|azure-pipelines\.yml|Jenkinsfile|\.drone\.yml"),
    ("dependency_updates", "renovate", r"(?:\.github/)?renovate\.json5?|\.renovaterc(?:\.json)?"),
    ("dependency_updates", "dependabot", r"\.github/dependabot\.ya?ml"),
)
_SEVERAL = frozenset({"deployment", "monitoring"})


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that was read: the facts, and the files that could not be read as what they seem to be."""

    facts: tuple[Fact, ...]
    unread: tuple[str, ...]

    @property
    def framework(self) -> Fact | None:
        """Which framework it is, if any."""
        return next((fact for fact in self.facts if fact.key == "framework"), None)


def findings_of(material: Material) -> Findings:
    """Return what a project says about itself, and what it is made with."""
    requirements, code = requirements_of(material), code_of(material)
    framework = _framework(material, requirements, code)
    facts: list[Fact] = []
    if framework is not None:
        facts.append(framework)
        facts += _layout(framework, material, code)
        facts += _database(material, requirements, code, is_django=framework.value == "django")
        facts += _api(requirements, code)
        facts += _people(material, requirements, code)
    for key in ("realtime", "jobs", "cache", "monitoring", "error_reports"):
        facts += _by_package(key, requirements)
    facts += _caches(requirements, code)
    facts += _by_file(material)
    facts += facts_about(material, requirements)
    facts.append(Fact(key="example", value=False, said="it has code of its own"))
    return Findings(
        facts=tuple(_first_of_each(facts)),
        unread=tuple(sorted({*material.passed_over, *requirements.broken, *code.broken})),
    )


def _framework(material: Material, requirements: Requirements, code: Code) -> Fact | None:
    managed = next(iter(_settings_modules(material)), None)
    calls = code.called(*_APPLICATIONS)
    if managed is not None:
        path, line, module = managed
        return Fact(key="framework", value="django", said=f"settings in {module}", path=path, line=line)
    for name, seen in (("flask", calls[0] if calls else None), ("django", code.imported("django"))):
        if seen is not None and (name == "django" or code.imported("flask", "apiflask", "flask_openapi3")):
            return _fact("framework", name, f"{seen.word} in the code", seen)
    for name in ("django", "flask"):
        if requirement := requirements.by_name.get(name):
            return Fact(
                key="framework", value=name, said=f"{name} is installed", path=requirement.path, line=requirement.line
            )
    return None


def _settings_modules(material: Material) -> Iterator[tuple[str, int, str]]:
    for path, line, match in material.found(material.matching(r"(?:.*/)?manage\.py"), _SETTINGS):
        yield path, line, match[1]


def _layout(framework: Fact, material: Material, code: Code) -> Iterator[Fact]:
    if framework.value == "django":
        yield Fact(key="layout", value="django-full", said="a Django project", path=framework.path, line=framework.line)
        for path, line, module in _settings_modules(material):
            folder = str(PurePosixPath(path).parent)
            where = module if folder == "." else f"{module} in {folder}/"
            yield Fact(key="code", value=where, said=f"settings in {where}", path=path, line=line)
        return
    blueprints = code.called("Blueprint")
    if blueprints:
        said = "1 blueprint" if len(blueprints) == 1 else f"{len(blueprints)} blueprints"
        yield _fact("layout", "flask-blueprints", said, blueprints[0])
    else:
        yield Fact(key="layout", value="flask-micro", said="no blueprint", path=framework.path, line=framework.line)
    made = next(iter(code.called(*_APPLICATIONS)), None)
    if made is not None:
        file = PurePosixPath(made.path)
        folder = str(file.parent)
        package = file.stem if folder in (".", "src") else file.parent.name
        yield _fact("package_name", package, package, made)
        yield _fact("code", folder, "one module at the top" if folder == "." else f"the package in {folder}/", made)


def _database(material: Material, requirements: Requirements, code: Code, *, is_django: bool) -> Iterator[Fact]:
    for start, value in _ENGINES.items():
        if seen := code.said(start):
            yield _fact("database", value, _cut(seen.word), seen)
    yield from _by_package("database", requirements)
    composed = material.matching(r"(?:docker-)?compose(?:\.\w+)*\.ya?ml")
    for path, line, match in material.found(
        composed, r"image:\s*['\"]?(?:\w+/)?(postgres|postgis|mysql|mariadb|mongo)\b"
    ):
        value = {"mysql": "mysql", "mariadb": "mysql", "mongo": "mongodb"}.get(match[1], "postgresql")
        yield Fact(key="database", value=value, said=match[0], path=path, line=line)
    seen = code.said(*_SQLITE) or code.imported("sqlite3", "aiosqlite")
    if seen:
        yield _fact("database", "sqlite", _cut(seen.word), seen)
    access = list(_by_package("data_access", requirements))
    if is_django:
        return
    yield from access
    seen = code.imported("sqlalchemy", "flask_sqlalchemy")
    yield from [_fact("data_access", "orm", seen.word, seen)] if seen else []
    seen = code.imported("sqlite3", "psycopg", "psycopg2", "pymysql", "MySQLdb", "oracledb")
    yield from [_fact("data_access", "sql", seen.word, seen)] if seen else []
    if access:
        yield Fact(key="database", value="sqlite", said=access[0].said, path=access[0].path, line=access[0].line)
    yield Fact(key="database", value="none", said="no database found")


def _api(requirements: Requirements, code: Code) -> Iterator[Fact]:
    for fact in _by_package("api_library", requirements):
        yield Fact(key="api", value="rest", said=fact.said, path=fact.path, line=fact.line)
        yield fact
    names = {"rest_framework": "django-rest-framework", "ninja": "django-ninja", "flask_smorest": "flask-smorest"}
    for name, value in {**names, "flask_restful": "flask-restful"}.items():
        if seen := code.imported(name):
            yield _fact("api", "rest", seen.word, seen)
            yield _fact("api_library", value, seen.word, seen)
    if code.imported("flask") and (seen := code.said("/api")):
        yield _fact("api", "rest", seen.word, seen)
        yield _fact("api_library", "plain", seen.word, seen)
    yield Fact(key="api", value="none", said="no API found")


def _people(material: Material, requirements: Requirements, code: Code) -> Iterator[Fact]:
    yield from _by_package("accounts", requirements)
    by_name = {seen.word: seen for seen in reversed(code.functions)}
    for value, names in (
        ("registration", ("register", "signup", "sign_up")),
        ("login", ("login", "log_in", "sign_in", "signin")),
    ):
        for name in names:
            if name in by_name:
                yield _fact("accounts", value, f"the function {name}", by_name[name])
    seen = code.said("django.contrib.auth.urls") or code.imported("django.contrib.auth.views", "flask_login")
    if seen:
        yield _fact("accounts", "login", seen.word, seen)
    yield Fact(key="accounts", value="none", said="no sign-in found")
    yield from _by_package("admin", requirements)
    for path, line, match in material.found(code.modules, r"\badmin\.site\.urls\b"):
        yield Fact(key="admin", value="basic", said=match[0], path=path, line=line)
    yield Fact(key="admin", value="none", said="no back office found")


def _caches(requirements: Requirements, code: Code) -> Iterator[Fact]:
    if seen := code.said("django.core.cache.backends.redis", "django_redis.cache"):
        yield _fact("cache", "redis", seen.word, seen)
    for package, key in (("flask-caching", "cache"), ("flask-session", "sessions")):
        if (found := requirements.by_name.get(package)) and "redis" in requirements.by_name:
            yield Fact(key=key, value="redis", said=f"{package} and redis", path=found.path, line=found.line)
    for start, value in (
        ("django.contrib.sessions.backends.cache", "redis"),
        ("django.contrib.sessions.backends.signed_cookies", "cookie"),
    ):
        if seen := code.said(start):
            yield _fact("sessions", value, seen.word, seen)


def _by_package(key: str, requirements: Requirements) -> Iterator[Fact]:
    for package, value in _PACKAGES[key].items():
        if found := requirements.by_name.get(package):
            yield Fact(key=key, value=value, said=package, path=found.path, line=found.line)


def _by_file(material: Material) -> Iterator[Fact]:
    for key, value, pattern in _FILES:
        for path in material.matching(pattern)[:1]:
            yield Fact(key=key, value=value, said=path, path=path)


def _first_of_each(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Yield the first fact about each question that a template can have, or else the first; several where there can be.

    A task queue that no template has matters less than the one beside it that some have.
    """
    for key in dict.fromkeys(fact.key for fact in facts):
        found = [fact for fact in facts if fact.key == key]
        found = [fact for fact in found if fact.value is not None] or found[:1]
        if key in _SEVERAL:
            yield from {fact.value: fact for fact in reversed(found)}.values()
        else:
            yield found[0]


def _fact(key: str, value: Value | None, said: str, seen: Seen) -> Fact:
    return Fact(key=key, value=value, said=said, path=seen.path, line=seen.line)


def _cut(text: str) -> str:
    """Return the start of a text that can hold a password behind it."""
    return text.partition("://")[0][:60]
