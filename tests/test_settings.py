"""Settings of HTTP: limits by name, and the hooks' token."""

from pathlib import Path

import pytest

from gatepost.edge.limits import HttpLimits
from gatepost.settings import Flags, Settings, SettingsError, read_settings

TOKEN = "a-token-of-enough-characters"


def read(config: str = "", flags: Flags | None = None, *, folder: Path, **environment: str) -> Settings:
    file = folder / "gatepost.toml"
    file.write_text(config)
    made = flags or Flags()
    with_config = Flags(made.data, made.store, made.listen, file, made.test_hooks, made.test_hooks_token)
    return read_settings(with_config, environment)


def test_each_limit_of_http_has_a_name(tmp_path: Path) -> None:
    assert read(folder=tmp_path).http == HttpLimits()
    settings = read("http_connections = 100\nhttp_idle_seconds = 5\n", folder=tmp_path, GATEPOST_HTTP_LEAST_RATE="2048")
    assert (settings.http.connections, settings.http.idle_seconds, settings.http.least_rate) == (100, 5, 2048)


def test_the_budgets_have_room_for_the_largest_body(tmp_path: Path) -> None:
    assert read("body_limit = 200_000_000", folder=tmp_path).http.peer_bodies_bytes == 400_000_000
    with pytest.raises(SettingsError, match="http_bodies_bytes: expected at least the body_limit"):
        read("http_bodies_bytes = 1000", folder=tmp_path)


def test_a_limit_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unknown setting `http_speed`"):
        read("http_speed = 1", folder=tmp_path)
    with pytest.raises(SettingsError, match="http_connections: expected a number above 0"):
        read("http_connections = -1", folder=tmp_path)


def test_hooks_on_another_address_need_a_token(tmp_path: Path) -> None:
    outside = Flags(listen=("http://0.0.0.0:0",), test_hooks=True)
    with pytest.raises(SettingsError, match="give --test-hooks-token"):
        read(flags=outside, folder=tmp_path)
    assert read(flags=outside, folder=tmp_path, GATEPOST_TEST_HOOKS_TOKEN=TOKEN).test_hooks_token == TOKEN
    with pytest.raises(SettingsError, match="16 or more visible ASCII characters"):
        read(flags=Flags(test_hooks=True, test_hooks_token="short"), folder=tmp_path)
