"""A request in words: its time is told as a date, whichever key says it."""

import pytest

from gatepost.policy.request import Request
from gatepost.words.requests import request_words


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("aws:CurrentTime", "2023-02-01T00:00:00Z", "at 2023-02-01T00:00:00Z by user/alice"),
        ("aws:EpochTime", "1675209600", "at 2023-02-01T00:00:00Z by user/alice"),
        ("aws:EpochTime", "1675209600.5", "by user/alice, aws:EpochTime 1675209600.5"),
    ],
)
def test_the_time_of_a_request(key: str, value: str, told: str) -> None:
    request = Request("arn:aws:iam::111122223333:user/alice", "ses:SendEmail", "*", context={key: value})
    assert request_words(request) == f"ses:SendEmail {told}"
