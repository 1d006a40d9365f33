"""Asks the server in this container at the path it is given; fails unless the answer is 200."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection

# The application answers to its own names alone, also from inside; .example.com stands for all below it.
host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().removeprefix(".")
server = HTTPConnection("127.0.0.1", 8000, timeout=4)
server.request("GET", sys.argv[1], headers={"Host": host})
sys.exit(server.getresponse().status != HTTPStatus.OK)
