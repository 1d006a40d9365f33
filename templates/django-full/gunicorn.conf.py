"""How gunicorn serves the project. Its own defaults hold for what is not here."""

import os

wsgi_app = "config.wsgi:application"

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# A worker that is told to stop finishes what it has begun.
graceful_timeout = 30
# Django decides which proxies are believed, by TRUSTED_PROXIES.
forwarded_allow_ips = ""

# Nobody controls the server from outside.
control_socket_disable = True

accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s in %(M)s ms from %(h)s"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "gunicorn.access": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
