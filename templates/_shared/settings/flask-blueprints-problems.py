def _problems(given: Mapping[str, str]) -> list[str]:
    problems = [
        f"{name} is no number; set it to {meaning}"
        for name, meaning in NUMBERS.items()
        if not given.get(name, "0").isdecimal()
    ]
    environment = given.get("APP_ENV", "development")
    if environment not in {"development", "production"}:
        problems.append(f"APP_ENV is {environment!r}; set it to development or production")
    if given.get("LOG_LEVEL", "INFO") not in LOG_LEVELS:
        problems.append(f"LOG_LEVEL is unknown; set it to one of {', '.join(LOG_LEVELS)}")
    if given.get("LOG_FORMAT", "text") not in LOG_FORMATS:
        problems.append("LOG_FORMAT is unknown; set it to text or json")
    if given.get("HSTS_INCLUDE_SUBDOMAINS", "no").lower() not in YES + NO:
        problems.append("HSTS_INCLUDE_SUBDOMAINS is neither true nor false; set it to one of them")
{% if has_pages %}
    if not ADDRESS.fullmatch(given.get("CONTACT_EMAIL", "a@b")):
        problems.append("CONTACT_EMAIL is no email; set it to one, in ASCII letters")
{% endif %}
{% if uses_error_reports %}
    if "SENTRY_DSN" in given and not DSN.fullmatch(given["SENTRY_DSN"]):
        problems.append("SENTRY_DSN is no DSN; set it to one such as https://KEY@HOST/NUMBER")
{% endif %}
{% if uses_database or uses_redis %}
    problems += _server_problems(given)
{% endif %}
{% if has_media %}
    media, package = Path(given.get("MEDIA_ROOT", "media")).resolve(), Path(__file__).parent
    if media.is_relative_to(package) or package.is_relative_to(media):
        problems.append("MEDIA_ROOT is where the code is; set it to a folder of its own")
{% endif %}
{% if has_local_media and uses_nginx %}
    if given.get("MEDIA_BY_NGINX", "no").lower() not in YES + NO:
        problems.append("MEDIA_BY_NGINX is neither true nor false; set it to one of them")
{% endif %}
{% if has_s3_media %}
    problems += _bucket_problems(given, in_production=environment == "production")
{% endif %}
{% if has_boards %}
    problems += _browser_problems(given, in_production=environment == "production")
{% endif %}
    if environment == "production":
        problems += _production_problems(given)
    return problems


{% if uses_database or uses_redis %}
def _server_problems(given: Mapping[str, str]) -> list[str]:
    problems = []
{% if uses_orm %}
    if "DATABASE_URL" in given and not _is_known_database(given["DATABASE_URL"]):
        problems.append("DATABASE_URL is no address of a database; .env.example shows one")
{% elif uses_database %}
    scheme = DEVELOPMENT_DATABASE.partition(":")[0]
{% if uses_postgresql %}
    if not given.get("DATABASE_URL", scheme).startswith((scheme, "postgres:")):
{% else %}
    if not given.get("DATABASE_URL", scheme).startswith(scheme):
{% endif %}
        problems.append(f"DATABASE_URL is no address of the database; it begins with {scheme}://")
{% endif %}
{% if refuses_database_options %}
    if "?" in given.get("DATABASE_URL", ""):
        problems.append("DATABASE_URL is followed by options that nobody reads; set them in db.py")
{% endif %}
{% if uses_redis %}
    if "ssl_" in given.get("REDIS_URL", "").partition("?")[2]:
        problems.append("REDIS_URL says how it is verified; REDIS_CA_FILE does that instead")
    if "REDIS_CA_FILE" in given and not Path(given["REDIS_CA_FILE"]).is_file():
        problems.append("REDIS_CA_FILE is no file; set it to the certificates of who signed Redis'")
{% endif %}
    return problems


{% if uses_orm %}
def _is_known_database(url: str) -> bool:
    try:
        make_url({{ 'engine_options(url)["url"]' if uses_postgresql or uses_mysql else 'url' }}).get_dialect()
    except ArgumentError:  # an unknown kind of database is one, too
        return False
    return True


{% endif %}
{% endif %}
{% if has_boards %}
def _browser_problems(given: Mapping[str, str], *, in_production: bool) -> list[str]:
    problems = []
    origins = [origin.strip() for origin in given.get("CORS_ORIGINS", "").split(",")]
    for origin in filter(None, origins):
        if not ORIGIN.fullmatch(origin):
            problems.append(
                f"CORS_ORIGINS has {origin!r}; name each as in https://app.example.com, without a"
                " path, and no pattern"
            )
        elif in_production and not origin.startswith("https://"):
            problems.append(f"CORS_ORIGINS has {origin!r}; production takes https alone")
    same_site = given.get("SESSION_COOKIE_SAMESITE", "Lax")
    if same_site not in SAME_SITE:
        problems.append(f"SESSION_COOKIE_SAMESITE is unknown; set it to {', '.join(SAME_SITE)}")
    elif same_site == "None" and not any(origins):
        problems.append("SESSION_COOKIE_SAMESITE is None for no origin; name it in CORS_ORIGINS")
    return problems


{% endif %}
{% if has_s3_media %}
def _bucket_problems(given: Mapping[str, str], *, in_production: bool) -> list[str]:
    names = ("S3_PUBLIC_BUCKET", "S3_PRIVATE_BUCKET")
    public, private = buckets = [given.get(name, "") for name in names]
    problems = [
        f"{name} is missing; set it to the name of a bucket"
        for name, bucket in zip(names, buckets, strict=True)
        if not bucket and (in_production or any(buckets))
    ]
    if public and public == private:
        problems.append("S3_PRIVATE_BUCKET is the public one; set it to one that nobody may read")
    problems += [
        f"{name} is no address; it begins with https://"
        for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_URL")
        if not given.get(name, "https://").startswith(("http://", "https://"))
    ]
    return problems


{% endif %}
def _production_problems(given: Mapping[str, str]) -> list[str]:
    problems = []
    secret = given.get("SECRET_KEY", "")
    if not secret or secret in {EXAMPLE_SECRET, DEVELOPMENT_SECRET}:
        problems.append("SECRET_KEY is missing or the example; set it to a long random value")
    elif len(secret) < SHORTEST_SECRET:
        problems.append(f"SECRET_KEY is too short; set it to {SHORTEST_SECRET} characters or more")
{% if uses_redis %}
    if "REDIS_URL" not in given:
        problems.append("REDIS_URL is missing; set it to the address of the Redis server")
{% endif %}
{% if uses_registration %}
    if "SMTP_URL" not in given:
        problems.append("SMTP_URL is missing; set it to the server that sends mail")
{% endif %}
{% if has_pages and not uses_registration %}
    if "CONTACT_EMAIL" in given and "SMTP_URL" not in given:
        problems.append("SMTP_URL is missing; messages go to CONTACT_EMAIL through that server")
{% endif %}
{% if publishes_addresses %}
    if "SITE_URL" not in given:
        problems.append("SITE_URL is missing; set it to the address people reach the site at")
{% endif %}
    return problems
