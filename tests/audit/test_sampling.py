"""Calls without a valid signature: how many of them are recorded one by one, and what is counted of the others."""

from datetime import UTC, datetime, timedelta

from gatepost.audit.sampling import MOST_COUNTS, MOST_IN_ALL, MOST_OF_A_SOURCE, OTHERS, WINDOW, Sampler
from gatepost.audit.source import source_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_source_has_so_many_events_a_minute_and_the_rest_is_counted() -> None:
    sampler = Sampler()
    recorded = [sampler.records("192.0.2.1", "SignatureDoesNotMatch", NOW + number * SECOND / 100) for number in range(100)]
    assert recorded == [True] * MOST_OF_A_SOURCE + [False] * (100 - MOST_OF_A_SOURCE)
    assert sampler.records("192.0.2.2", "SignatureDoesNotMatch", NOW), "another source is not kept from its own"
    (counted,) = sampler.take_counts()
    assert (counted.source, counted.error_code, counted.calls) == ("192.0.2.1", "SignatureDoesNotMatch", 100 - MOST_OF_A_SOURCE)
    assert (counted.first, counted.last) == (NOW + MOST_OF_A_SOURCE * SECOND / 100, NOW + 99 * SECOND / 100)
    assert sampler.take_counts() == ()
    assert sampler.records("192.0.2.1", "SignatureDoesNotMatch", NOW + WINDOW), "a new minute"


def test_all_sources_together_have_so_many_and_their_counts_are_bounded() -> None:
    sampler = Sampler()
    sources = [f"10.{number >> 8 & 255}.{number & 255}.1" for number in range(MOST_IN_ALL + MOST_COUNTS + 500)]
    recorded = sum(sampler.records(source, "InvalidClientTokenId", NOW) for source in sources)
    assert recorded == MOST_IN_ALL
    counts = sampler.take_counts()
    assert len(counts) == MOST_COUNTS + 1
    assert sum(each.calls for each in counts) == len(sources) - MOST_IN_ALL
    assert {each.source: each.calls for each in counts}[OTHERS] == 500


def test_an_ipv6_subscriber_is_one_source() -> None:
    assert source_of("2001:db8:1:2:3:4:5:6") == source_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert source_of("2001:db8:1:3::1") != source_of("2001:db8:1:2::1")
    assert source_of("192.0.2.1") == "192.0.2.1"
    assert source_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert source_of("") == ""
