# What has to be a number, and what it says.
NUMBERS = {
    "TRUSTED_PROXIES": "how many proxies are in front",
{% if has_blog %}
    "COMMENTS_PER_HOUR": "how many comments an address may send, 0 for none",
    "COMMENTS_WAITING": "how many comments may wait for approval",
{% endif %}
    "HSTS_SECONDS": "a time in seconds, 0 for none",
{% if uses_accounts %}
    "REMEMBER_ME_DAYS": "how many days a sign-in may last",
{% endif %}
{% if has_media %}
    "MEDIA_MAX_BYTES": "how many bytes an upload may have",
    "MEDIA_LINK_SECONDS": "how many seconds the address of a private file is good",
{% endif %}
{% if uses_api_tokens %}
    "API_TOKEN_MINUTES": "how many minutes a token is good for",
{% endif %}
{% if uses_realtime %}
    "REALTIME_CONNECTIONS": "how many may be open at a time",
    "REALTIME_CONNECTIONS_PER_ADDRESS": "how many may be open at a time from one address",
{% endif %}
{% if uses_statsd %}
    "STATSD_PORT": "the port that statsd listens on",
{% endif %}
}
