"""boto3: does one check and prints one line of JSON."""

import json
import sys

import boto3
from botocore.session import get_session
from botocore.utils import IMDSFetcher, IMDSRegionProvider


class Document(IMDSFetcher):
    """botocore's own way to the service; it has no public reader of the document."""

    def fetch(self):
        token = self._fetch_metadata_token()
        answer = self._get_request("latest/dynamic/instance-identity/document", None, token)
        return json.loads(answer.text)


def whoami():
    return boto3.client("sts").get_caller_identity()["Arn"]


def region():
    return IMDSRegionProvider(get_session()).provide()


def identity():
    session = get_session()
    base_url = session.get_config_variable("ec2_metadata_service_endpoint")
    document = Document(base_url=base_url).fetch() if base_url else Document().fetch()
    return "%s %s" % (document["accountId"], document["region"])


def answer(task):
    try:
        value = task()
        return {"ok": value is not None, "value": value or "", "detail": "" if value else "found nothing"}
    except Exception as error:
        return {"ok": False, "value": "", "detail": "%s: %s" % (type(error).__name__, error)}


def say(said):
    print(json.dumps(said), flush=True)


def follow():
    """One session, with its cache, for as long as the program runs; each line of input asks it again, and for the expiry."""
    session = boto3.Session()
    for _ in sys.stdin:
        said = answer(lambda: session.get_credentials().get_frozen_credentials().access_key)
        if said["ok"]:
            said["detail"] = session.get_credentials()._expiry_time.isoformat()
        say(said)


CHECKS = {"version": lambda: boto3.__version__, "whoami": whoami, "region": region, "identity": identity}

if __name__ == "__main__":
    check = sys.argv[1]
    follow() if check == "follow" else say(answer(CHECKS[check]))
