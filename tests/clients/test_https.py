"""HTTPS by the installation's own authority, which `gatepost env` hands on; `aws:SecureTransport` is then a fact."""

import os
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.people import allow, document, is_allowed, send
from live import BIN, Live


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    arguments = ("--test-hooks", "--listen", "https://127.0.0.1:0", "--listen", "http://127.0.0.1:0")
    live = Live(tmp_path_factory.mktemp("https") / "data", arguments).start()
    yield live
    assert live.stop() == 0


def printed_environment(live: Live) -> dict[str, str]:
    printed = subprocess.run(
        [str(BIN / "gatepost"), "env", "--data", str(live.data)], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.removeprefix("export ").partition("=") for line in printed.splitlines())
    return {name: value for name, _, value in pairs}


def test_secure_transport_opens_over_https_alone(secure: Live) -> None:
    https, http = secure.ready["endpoints"]
    bundle = secure.ready["ca_bundle"]
    over_https = {"endpoint_url": https, "verify": bundle}
    root = {"iam": secure.client("iam", endpoint_url=http), "ses": secure.client("ses", endpoint_url=http)}
    root["ses"].verify_domain_identity(Domain="example.com")
    root["iam"].create_user(UserName="alice")
    key = root["iam"].create_access_key(UserName="alice")["AccessKey"]
    only_encrypted = document(allow("ses:SendEmail", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    root["iam"].put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=only_encrypted)
    alice = (key["AccessKeyId"], key["SecretAccessKey"])
    assert is_allowed(send, secure.client("ses", *alice, **over_https))
    assert not is_allowed(send, secure.client("ses", *alice, endpoint_url=http))


def test_env_hands_on_the_authority_and_the_aws_cli_trusts_it(secure: Live) -> None:
    variables = printed_environment(secure)
    assert list(variables) == [
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "AWS_CA_BUNDLE",
    ]
    result = subprocess.run(
        [str(BIN / "aws"), "sts", "get-caller-identity"],
        env={"PATH": os.environ["PATH"], "HOME": str(secure.data), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_a_client_without_the_authority_does_not_trust_it(secure: Live) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{secure.ready['endpoints'][0]}/_gatepost/health")  # noqa: S310 -- our own endpoint


def test_the_keys_are_the_owners_alone(secure: Live) -> None:
    for file in (secure.data / "master.key", secure.data / "tls/ca.key", secure.data / "tls/server.key"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_certificate_of_ones_own_is_served(tmp_path: Path) -> None:
    first = Live(tmp_path / "first", ("--listen", "https://127.0.0.1:0")).start()
    files = {name: str(first.data / f"tls/{name}.pem") for name in ("server", "ca")}
    key = str(first.data / "tls/server.key")
    assert first.stop() == 0
    config = tmp_path / "gatepost.toml"
    config.write_text(f'tls_certificate = "{files["server"]}"\ntls_key = "{key}"\n')
    second = Live(tmp_path / "second", ("--listen", "https://127.0.0.1:0", "--config", str(config))).start()
    context = ssl.create_default_context(cafile=files["ca"])
    with urllib.request.urlopen(f"{second.endpoint}/_gatepost/health", context=context) as answer:  # noqa: S310 -- our own
        assert answer.status == 200
    assert second.ready["ca_bundle"] is None
    assert second.stop() == 0
