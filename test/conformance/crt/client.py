"""The AWS Common Runtime: does one check and prints one line of JSON."""

import http.client
import io
import json
import os
import re
import sys
from importlib.metadata import version
from urllib.parse import urlsplit

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpHeaders, HttpRequest
from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup, InputStream

LIMIT_SECONDS = 15


def create_provider():
    group = EventLoopGroup(1)
    return AwsCredentialsProvider.new_default_chain(ClientBootstrap(group, DefaultHostResolver(group)))


def whoami():
    """Signed by the runtime; it has no STS client, so that Python's own one sends it."""
    url = urlsplit(os.environ["AWS_ENDPOINT_URL_STS"])
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    headers = HttpHeaders(
        [
            ("host", url.netloc),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("content-length", str(len(body))),
        ]
    )
    request = HttpRequest("POST", "/", headers, InputStream(io.BytesIO(body)))
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        credentials_provider=create_provider(),
        region=os.environ["AWS_REGION"],
        service="sts",
    )
    signed = aws_sign_request(request, config).result(LIMIT_SECONDS)
    connection = http.client.HTTPConnection(url.netloc, timeout=LIMIT_SECONDS)
    connection.request("POST", "/", body, dict(signed.headers))
    text = connection.getresponse().read().decode()
    arn = re.search("<Arn>(.*?)</Arn>", text)
    if arn is None:
        raise RuntimeError(text)
    return arn.group(1)


def answer(task):
    try:
        return {"ok": True, "value": task(), "detail": ""}
    except Exception as error:
        return {"ok": False, "value": "", "detail": "%s: %s" % (type(error).__name__, error)}


def say(said):
    print(json.dumps(said), flush=True)


def follow():
    """One provider, with its cache, for as long as the program runs; each line of input asks it again."""
    provider = create_provider()
    for _ in sys.stdin:
        say(answer(lambda: provider.get_credentials().result(LIMIT_SECONDS).access_key_id))


CHECKS = {"version": lambda: version("awscrt"), "whoami": whoami}

if __name__ == "__main__":
    check = sys.argv[1]
    follow() if check == "follow" else say(answer(CHECKS[check]))
