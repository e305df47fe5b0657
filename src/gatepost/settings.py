"""Settings, read once: from flags, then the environment, then `gatepost.toml`; frozen from then on."""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gatepost.edge.limits import HttpLimits
from gatepost.policy.principal import is_account
from gatepost.store.bootstrap import Root

DEFAULT_DATA: Final = Path("gatepost-data")
DEFAULT_LISTEN: Final = "http://127.0.0.1:7370"
DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"
DEFAULT_BODY_LIMIT: Final = 64 * 1024 * 1024  # a message of 40 MB in base64, and its JSON
CHECKPOINT_FILE: Final = "checkpoints.log"  # in the data folder, unless another place is set
DEFAULT_UNAUTHENTICATED_DAYS: Final = 7
DEFAULT_UNAUTHENTICATED_MEGABYTES: Final = 64
READY_FILE: Final = "server.json"  # in the data folder, while the server runs: what `gatepost env` reads
CONFIG_FILE: Final = "gatepost.toml"
REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
HOOKS_TOKEN: Final = re.compile(r"[!-~]{16,}")
KEY_ID: Final = re.compile(r"\w{16,128}", re.ASCII)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Profile(Enum):
    """What the installation is for: one's own machine or CI, or other people's mail."""

    LOCAL = "local"
    PRODUCTION = "production"


class SettingsError(Exception):
    """A setting that cannot be; the message names where it stands and what was expected."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An address on which HTTP is served."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Trail:
    """Where checkpoints of the trail go beside the store, and how long records of calls without a valid signature are kept."""

    checkpoint_file: Path | None = None  # None: `CHECKPOINT_FILE` in the data folder
    checkpoint_output: bool = False
    checkpoint_webhook: str | None = None
    unauthenticated_days: int = DEFAULT_UNAUTHENTICATED_DAYS
    unauthenticated_megabytes: int = DEFAULT_UNAUTHENTICATED_MEGABYTES


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the server is built from."""

    data: Path
    store_url: str
    listen: tuple[Listener, ...]
    root: Root
    region: str = DEFAULT_REGION
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    body_limit: int = DEFAULT_BODY_LIMIT
    trusted_proxies: tuple[Network, ...] = ()
    test_hooks: bool = False
    profile: Profile = Profile.LOCAL
    test_hooks_token: str | None = None
    http: HttpLimits = field(default_factory=HttpLimits)
    trail: Trail = Trail()

    @property
    def checkpoint_file(self) -> Path:
        """The file to which checkpoints of the trail are appended."""
        return self.trail.checkpoint_file or self.data / CHECKPOINT_FILE

    @property
    def account(self) -> str:
        """The first account."""
        return self.root.account

    @property
    def data_is_default(self) -> bool:
        """Whether commands find the data folder without being told."""
        return self.data == DEFAULT_DATA


@dataclass(frozen=True, slots=True)
class Flags:
    """What was said on the command line; None where nothing was."""

    data: Path | None = None
    store: str | None = None
    listen: Sequence[str] = ()
    config: Path | None = None
    test_hooks: bool = False
    test_hooks_token: str | None = None


def read_settings(flags: Flags, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; SettingsError for one that cannot be, or that nobody knows."""
    given = _Given(_config(flags, environment), environment)
    data = flags.data or given.path("data") or DEFAULT_DATA
    listen = tuple(read_listener(url) for url in flags.listen or given.texts("listen") or (DEFAULT_LISTEN,))
    certificate, key = given.path("tls_certificate"), given.path("tls_key")
    if (certificate is None) is not (key is None):
        raise SettingsError("tls_certificate and tls_key: expected both or neither")
    for file in (certificate, key):
        if file is not None and not file.is_file():
            raise SettingsError(f"`{file}`: no such file")
    test_hooks_token = flags.test_hooks_token or given.text("test_hooks_token")
    if test_hooks_token is not None and not HOOKS_TOKEN.fullmatch(test_hooks_token):
        raise SettingsError("test_hooks_token: expected 16 or more visible ASCII characters")
    outside = [listener for listener in listen if not listener.is_loopback]
    if flags.test_hooks and outside and test_hooks_token is None:
        raise SettingsError(
            f"--test-hooks is refused on {outside[0]}: it lets anyone reset the server; listen on 127.0.0.1, or give --test-hooks-token"
        )
    body_limit = given.number("body_limit") or DEFAULT_BODY_LIMIT
    settings = Settings(
        data=data,
        store_url=flags.store or given.text("store") or f"sqlite:///{data.resolve() / 'gatepost.db'}",
        listen=listen,
        root=_root(given, environment),
        region=_region(given.text("region") or DEFAULT_REGION),
        tls_certificate=certificate,
        tls_key=key,
        body_limit=body_limit,
        trusted_proxies=tuple(_network(text) for text in given.texts("trusted_proxies")),
        test_hooks=flags.test_hooks,
        profile=_profile(given.text("profile")),
        test_hooks_token=test_hooks_token,
        http=_http_limits(given, body_limit),
        trail=_trail(given),
    )
    given.refuse_unknown()
    return settings


class _Given:
    """What file and environment give, by name; `GATEPOST_LISTEN` stands before `listen` in the file."""

    def __init__(self, config: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment
        self._asked: set[str] = set()

    def _get(self, name: str) -> Any:  # noqa: ANN401 -- TOML's values; each caller checks its own
        self._asked.add(name)
        return self._environment.get(f"GATEPOST_{name.upper()}") or self._config.get(name)

    def text(self, name: str) -> str | None:
        value = self._get(name)
        if value is not None and not isinstance(value, str):
            raise SettingsError(f"{name}: expected a string")
        return value

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return None if text is None else Path(text)

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise SettingsError(f"{name}: expected a string or a list of strings")

    def number(self, name: str) -> int | None:
        value = self._get(name)
        try:
            number = None if value is None else int(value)
        except (TypeError, ValueError):
            raise SettingsError(f"{name}: expected a whole number") from None
        if number is not None and number <= 0:
            raise SettingsError(f"{name}: expected a number above 0")
        return number

    def refuse_unknown(self) -> None:
        for name in self._config:
            if name not in self._asked:
                raise SettingsError(f"{CONFIG_FILE}: unknown setting `{name}`; known: {', '.join(sorted(self._asked))}")


def _config(flags: Flags, environment: Mapping[str, str]) -> Mapping[str, Any]:
    named = flags.config or (Path(environment["GATEPOST_CONFIG"]) if environment.get("GATEPOST_CONFIG") else None)
    file = named or Path(CONFIG_FILE)
    if named is None and not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None


def read_listener(url: str) -> Listener:
    """A listener of `http://HOST:PORT` or `https://HOST:PORT`; port 0 takes any free one."""
    expected = f"--listen `{url}`: expected http://HOST:PORT or https://HOST:PORT"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(expected) from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise SettingsError(expected)
    return Listener(parts.scheme, parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)


def _trail(given: _Given) -> Trail:
    webhook = given.text("checkpoint_webhook")
    if webhook is not None and (urlsplit(webhook).scheme not in DEFAULT_PORTS or not urlsplit(webhook).hostname):
        raise SettingsError(f"checkpoint_webhook `{webhook}`: expected a URL of http or https")
    return Trail(
        given.path("checkpoint_file"),
        (given.text("checkpoint_output") or "no").lower() == "yes",
        webhook,
        given.number("unauthenticated_days") or DEFAULT_UNAUTHENTICATED_DAYS,
        given.number("unauthenticated_megabytes") or DEFAULT_UNAUTHENTICATED_MEGABYTES,
    )


def _root(given: _Given, environment: Mapping[str, str]) -> Root:
    account = given.text("account") or DEFAULT_ACCOUNT
    if not is_account(account):
        raise SettingsError(f"account `{account}`: expected twelve digits")
    key_id = environment.get("GATEPOST_ROOT_ACCESS_KEY_ID")
    secret = environment.get("GATEPOST_ROOT_SECRET_ACCESS_KEY")
    if bool(key_id) is not bool(secret):
        raise SettingsError("GATEPOST_ROOT_ACCESS_KEY_ID and GATEPOST_ROOT_SECRET_ACCESS_KEY: expected both or neither")
    if key_id and not KEY_ID.fullmatch(key_id):
        raise SettingsError(f"GATEPOST_ROOT_ACCESS_KEY_ID `{key_id}`: expected 16 to 128 letters, digits or underscores")
    return Root(account, key_id or None, secret or None)


def _profile(text: str | None) -> Profile:
    try:
        return Profile.LOCAL if text is None else Profile(text)
    except ValueError:
        raise SettingsError(f"profile `{text}`: expected `local` or `production`") from None


def _http_limits(given: _Given, body_limit: int) -> HttpLimits:
    """The limits of HTTP: `http_` and the name of each in `HttpLimits`. Budgets that are not set grow with `body_limit`."""
    default = HttpLimits()
    budgets = {
        "peer_bodies_bytes": max(default.peer_bodies_bytes, 2 * body_limit),
        "bodies_bytes": max(default.bodies_bytes, 4 * body_limit),
    }
    limits = {each.name: budgets.get(each.name, getattr(default, each.name)) for each in fields(HttpLimits)}
    limits |= {name: number for name in limits if (number := given.number(f"http_{name}")) is not None}
    for name in ("peer_bodies_bytes", "bodies_bytes"):
        if limits[name] < body_limit:
            raise SettingsError(f"http_{name}: expected at least the body_limit, {body_limit:,} bytes")
    return HttpLimits(**limits)


def _region(text: str) -> str:
    if not REGION.fullmatch(text):
        raise SettingsError(f"region `{text}`: expected a region such as us-east-1")
    return text


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise SettingsError(f"trusted_proxies `{text}`: expected an address or a CIDR block") from None
