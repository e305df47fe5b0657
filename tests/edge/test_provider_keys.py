"""Whose keys are fetched, and from whom: discovery, certificates and thumbprints, and how long keys are held."""

import asyncio
import hashlib
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from clients.issuer import Issuer, running_issuer
from gatepost.access.provider_keys import Jwk, KeysNeeded
from gatepost.edge.certificates import local_certificate
from gatepost.edge.provider_keys import ProviderKeyRing, Unfit, fetch_keys


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Issuer, Path]]:
    """An issuer with a certificate of an authority that nobody knows, and that authority's certificate."""
    folder = tmp_path_factory.mktemp("tls")
    made = local_certificate(folder, {"127.0.0.1"}, datetime.now(UTC))
    assert made.ca_bundle is not None
    with running_issuer((made.certificate, made.key)) as issuer:
        yield issuer, made.ca_bundle


def thumbprint(pem: Path) -> str:
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem.read_text())).hexdigest()  # noqa: S324 -- what a thumbprint is


def key_ids(keys: Sequence[Jwk]) -> set[str]:
    return {key["kid"] for key in keys}


def test_a_certificate_that_nobody_vouches_for_is_refused(certified: tuple[Issuer, Path]) -> None:
    issuer, _ = certified
    with pytest.raises(Unfit, match="doesn't match configured thumbprint"):
        fetch_keys(issuer.url, ())
    with pytest.raises(Unfit, match="doesn't match configured thumbprint"):
        fetch_keys(issuer.url, ("0" * 40,))


def test_a_thumbprint_vouches_for_the_servers_own_certificate(certified: tuple[Issuer, Path], tmp_path: Path) -> None:
    issuer, _ = certified
    shown = tmp_path / "leaf.pem"
    host, _, port = issuer.name.partition(":")
    shown.write_text(ssl.get_server_certificate((host, int(port))))
    assert key_ids(fetch_keys(issuer.url, (thumbprint(shown).upper(),))) == {"rsa", "ec"}


def test_the_host_name_must_be_the_certificates_own_all_the_same(certified: tuple[Issuer, Path], tmp_path: Path) -> None:
    issuer, _ = certified
    shown = tmp_path / "leaf.pem"
    port = issuer.name.partition(":")[2]
    shown.write_text(ssl.get_server_certificate(("127.0.0.1", int(port))))
    with pytest.raises(ssl.SSLCertVerificationError):
        fetch_keys(f"https://localhost:{port}", (thumbprint(shown),))


def test_without_tls_only_loopback_is_asked() -> None:
    with pytest.raises(Unfit, match="expected https"):
        fetch_keys("http://issuer.example", ())
    with running_issuer() as issuer:
        assert key_ids(fetch_keys(issuer.url, ())) == {"rsa", "ec"}


def test_a_discovery_document_of_another_issuer_is_refused() -> None:
    with running_issuer() as issuer:
        true_url, issuer.url = issuer.url, "http://127.0.0.1:1"
        with pytest.raises(Unfit, match="is of the issuer"):
            fetch_keys(true_url, ())


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("dripping", ["header", "body"])
def test_a_provider_that_drips_is_cut_off(scheme: str, dripping: str, tmp_path: Path) -> None:
    made = local_certificate(tmp_path, {"127.0.0.1"}, datetime.now(UTC))
    with running_issuer((made.certificate, made.key) if scheme == "https" else None) as issuer:
        issuer.drips = dripping
        assert made.ca_bundle is not None
        vouched = (thumbprint(made.ca_bundle),)
        with pytest.raises(Unfit, match="did not answer in time"):
            fetch_keys(issuer.url, vouched, within=0.5)


# --- how long keys are held -----------------------------------------------------------------------------------------------


def asked_of(ring: ProviderKeyRing, *needs: KeysNeeded) -> list[tuple[int, str | None, bool]]:
    """How many keys each need got, or why none, and whether they were fetched for it."""

    async def ask() -> list[tuple[int, str | None, bool]]:
        answers = [await ring.of(need) for need in needs]
        return [(len(answer.keys), answer.failure, answer.fresh) for answer in answers]

    return asyncio.run(ask())


def test_keys_are_held_and_looked_for_anew_not_too_often() -> None:
    fetched: list[str] = []

    def fetch(issuer: str, _thumbprints: Sequence[str]) -> Sequence[Jwk]:
        fetched.append(issuer)
        return [{"kid": "one"}]

    ring = ProviderKeyRing(fetch)
    first, again, anew = (KeysNeeded("https://a.example", (), anew=each) for each in (False, False, True))
    assert asked_of(ring, first, again, anew) == [(1, None, True), (1, None, False), (1, None, True)]
    assert fetched == ["https://a.example"], "keys that were fetched a moment ago are not fetched for an unknown one"
    ring.close()


def test_a_failure_is_told_and_held_for_a_moment() -> None:
    fetched: list[str] = []

    def fetch(issuer: str, _thumbprints: Sequence[str]) -> Sequence[Jwk]:
        fetched.append(issuer)
        raise ConnectionRefusedError("refused")

    ring = ProviderKeyRing(fetch)
    needed = KeysNeeded("https://a.example", (), anew=False)
    assert asked_of(ring, needed, needed) == [(0, "refused", True), (0, "refused", False)]
    assert len(fetched) == 1
    ring.close()


def test_what_is_held_of_many_issuers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatepost.edge.provider_keys.MOST_ISSUERS", 3)
    fetched: list[str] = []

    def fetch(issuer: str, _thumbprints: Sequence[str]) -> Sequence[Jwk]:
        fetched.append(issuer)
        return [{"kid": "one"}]

    ring = ProviderKeyRing(fetch)
    needs = [KeysNeeded(f"https://{name}.example", (), anew=False) for name in "abcadab"]
    asked_of(ring, *needs)
    assert [issuer[8] for issuer in fetched] == ["a", "b", "c", "d", "b"], "the one that was used longest ago goes"
    assert len(ring._held) == 3  # noqa: SLF001 -- that it is bounded is the question
    assert len(ring._locks) == 0, "a lock lasts as long as somebody waits for it"  # noqa: SLF001 -- the same
    ring.close()


def test_an_issuer_that_keeps_failing_is_asked_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    asked_at: list[float] = []

    def fetch(_issuer: str, _thumbprints: Sequence[str]) -> Sequence[Jwk]:
        asked_at.append(now)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr("gatepost.edge.provider_keys.time.monotonic", lambda: now)
    ring = ProviderKeyRing(fetch)

    async def ask() -> None:
        nonlocal now
        for _ in range(300):
            await ring.of(KeysNeeded("https://a.example", (), anew=False))
            now += 1

    asyncio.run(ask())
    waits = [int(later - earlier) for earlier, later in pairwise(asked_at)]
    assert waits == [10, 20, 30, 40, 50, 60, 60]
    ring.close()


def test_keys_that_are_held_stay_where_newer_ones_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [[{"kid": "one"}]]

    def fetch(_issuer: str, _thumbprints: Sequence[str]) -> Sequence[Jwk]:
        if not answers:
            raise ConnectionRefusedError("refused")
        return answers.pop()

    monkeypatch.setattr("gatepost.edge.provider_keys.LEAST_BETWEEN", 0)
    ring = ProviderKeyRing(fetch)
    first, anew = (KeysNeeded("https://a.example", (), anew=each) for each in (False, True))
    assert asked_of(ring, first, anew, first) == [(1, None, True), (1, None, True), (1, None, False)]
    ring.close()


def test_keys_that_one_accounts_thumbprints_vouch_for_are_not_anothers() -> None:
    fetched: list[tuple[str, ...]] = []

    def fetch(_issuer: str, thumbprints: Sequence[str]) -> Sequence[Jwk]:
        fetched.append(tuple(thumbprints))
        if not thumbprints:
            raise Unfit("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint")
        return [{"kid": "one"}]

    ring = ProviderKeyRing(fetch)
    pinned, unpinned = (KeysNeeded("https://a.example", each, anew=False) for each in (("0" * 40,), ()))
    assert [keys for keys, _, _ in asked_of(ring, pinned, unpinned, pinned)] == [1, 0, 1]
    assert fetched == [("0" * 40,), ()]
    ring.close()


@pytest.mark.parametrize(
    "document", ["[" * 200_000, '{"issuer": "\\ud800", "jwks_uri": "x"}', '{"issuer": "' + "x" * 200_000 + '"}']
)
def test_whatever_a_provider_answers_is_told_in_a_text_that_can_be_recorded(document: str) -> None:
    with running_issuer() as issuer:
        issuer.answers = document
        ring = ProviderKeyRing()
        ((keys, failure, _),) = asked_of(ring, KeysNeeded(issuer.url, (), anew=False))
        ring.close()
    assert keys == 0
    assert failure is not None
    assert 0 < len(failure.encode()) <= 1200
