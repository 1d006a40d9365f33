"""Asks the server in this container at the path it is given; fails unless the answer is 200."""

import sys
from http import HTTPStatus
from http.client import HTTPConnection

server = HTTPConnection("127.0.0.1", 8000, timeout=4)
server.request("GET", sys.argv[1])
sys.exit(server.getresponse().status != HTTPStatus.OK)
