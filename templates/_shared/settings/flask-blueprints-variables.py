    @classmethod
    def from_variables(cls, variables: Mapping[str, str | None]) -> Self:
        """Check and convert the variables; an empty one counts as missing.

        Raises:
            SettingsError: with one line for every variable that cannot stay as it is.
        """
        given = {name: text for name, value in variables.items() if (text := (value or "").strip())}
        if problems := _problems(given):
            raise SettingsError("\n".join(problems))
{% if has_boards %}
        origins = given.get("CORS_ORIGINS", "").split(",")
{% endif %}
        hosts = given.get("ALLOWED_HOSTS", ",".join(cls.allowed_hosts)).split(",")
        return cls(
            production=given.get("APP_ENV") == "production",
            secret_key=given.get("SECRET_KEY", cls.secret_key),
{% if uses_database %}
            database_url=given.get("DATABASE_URL", cls.database_url),
{% endif %}
{% if uses_redis %}
            redis_url=given.get("REDIS_URL", cls.redis_url),
            redis_ca_file=given.get("REDIS_CA_FILE", cls.redis_ca_file),
{% endif %}
            allowed_hosts=tuple(host.strip() for host in hosts if host.strip()),
            trusted_proxies=int(given.get("TRUSTED_PROXIES", cls.trusted_proxies)),
            hsts_seconds=int(given.get("HSTS_SECONDS", cls.hsts_seconds)),
            hsts_include_subdomains=given.get("HSTS_INCLUDE_SUBDOMAINS", "").lower() in YES,
            log_level=given.get("LOG_LEVEL", cls.log_level),
{% if uses_realtime %}
            realtime_connections=int(given.get("REALTIME_CONNECTIONS", cls.realtime_connections)),
            realtime_connections_per_address=int(
                given.get("REALTIME_CONNECTIONS_PER_ADDRESS", cls.realtime_connections_per_address)
            ),
{% endif %}
            log_format=given.get("LOG_FORMAT", cls.log_format),
{% if uses_statsd %}
            statsd_host=given.get("STATSD_HOST", cls.statsd_host),
            statsd_port=int(given.get("STATSD_PORT", cls.statsd_port)),
{% endif %}
{% if uses_error_reports %}
            sentry_dsn=given.get("SENTRY_DSN", cls.sentry_dsn),
            sentry_release=given.get("SENTRY_RELEASE", cls.sentry_release),
{% endif %}
{% if uses_accounts %}
            remember_me_days=int(given.get("REMEMBER_ME_DAYS", cls.remember_me_days)),
{% endif %}
{% if uses_api_tokens %}
            api_token_minutes=int(given.get("API_TOKEN_MINUTES", cls.api_token_minutes)),
{% endif %}
{% if uses_memory_limits %}
            rate_limit_storage=given.get("RATE_LIMIT_STORAGE", cls.rate_limit_storage),
{% endif %}
{% if sends_mail %}
            smtp_url=given.get("SMTP_URL", cls.smtp_url),
            mail_from=given.get("MAIL_FROM", cls.mail_from),
{% endif %}
{% if has_pages %}
            contact_email=given.get("CONTACT_EMAIL", cls.contact_email),
{% endif %}
{% if has_blog %}
            comments_per_hour=int(given.get("COMMENTS_PER_HOUR", cls.comments_per_hour)),
            comments_waiting=int(given.get("COMMENTS_WAITING", cls.comments_waiting)),
{% endif %}
{% if publishes_addresses %}
            site_url=given.get("SITE_URL", cls.site_url).rstrip("/"),
{% endif %}
{% if has_media %}
            media_root=given.get("MEDIA_ROOT", cls.media_root),
            media_max_bytes=int(given.get("MEDIA_MAX_BYTES", cls.media_max_bytes)),
            media_link_seconds=int(given.get("MEDIA_LINK_SECONDS", cls.media_link_seconds)),
{% endif %}
{% if has_local_media and uses_nginx %}
            media_by_nginx=given.get("MEDIA_BY_NGINX", "").lower() in YES,
{% endif %}
{% if has_s3_media %}
            s3_public_bucket=given.get("S3_PUBLIC_BUCKET", cls.s3_public_bucket),
            s3_private_bucket=given.get("S3_PRIVATE_BUCKET", cls.s3_private_bucket),
            s3_endpoint_url=given.get("S3_ENDPOINT_URL", cls.s3_endpoint_url),
            s3_public_url=given.get("S3_PUBLIC_URL", cls.s3_public_url),
            s3_region=given.get("S3_REGION", cls.s3_region),
            s3_access_key_id=given.get("S3_ACCESS_KEY_ID", cls.s3_access_key_id),
            s3_secret_access_key=given.get("S3_SECRET_ACCESS_KEY", cls.s3_secret_access_key),
{% endif %}
{% if has_boards %}
            cors_origins=tuple(origin.strip() for origin in origins if origin.strip()),
            session_cookie_samesite=given.get(
                "SESSION_COOKIE_SAMESITE", cls.session_cookie_samesite
            ),
{% endif %}
        )
