"""The server before a store that is another's, damaged, locked or open to others: one line, exit 4, nothing changed."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from clients.people import send
from live import BIN, ROOT_KEY, ROOT_SECRET, Live

ANYWHERE = ("--listen", "http://127.0.0.1:0")


def refused(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """The one line with which a command that cannot go on ends."""
    result = gatepost(*arguments, environment=environment)
    assert result.returncode == 4, result
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    return line


def gatepost(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    root = {"GATEPOST_ROOT_ACCESS_KEY_ID": ROOT_KEY, "GATEPOST_ROOT_SECRET_ACCESS_KEY": ROOT_SECRET}
    return subprocess.run(
        [str(BIN / "gatepost"), *arguments],
        env={**os.environ, **root, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def serve(data: Path, *more: str) -> tuple[str, ...]:
    return ("serve", "--data", str(data), *ANYWHERE, *more)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose server was killed after some sends."""
    live = Live(tmp_path_factory.mktemp("used") / "data", ANYWHERE).start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    for _ in range(10):
        send(live.client("ses"))
    live.kill()
    return live.data


@pytest.fixture
def data(used: Path, tmp_path: Path) -> Path:
    return shutil.copytree(used, tmp_path / "data")


@pytest.mark.parametrize("name", ["the same name", "a link", "a linked folder", "a hard link"])
def test_two_servers_of_two_folders_do_not_share_a_store(tmp_path: Path, name: str) -> None:
    store = tmp_path / "stores" / "mail.db"
    live = Live(tmp_path / "one", (*ANYWHERE, "--store", f"sqlite:///{store}")).start()
    match name:
        case "a link":
            (tmp_path / "link.db").symlink_to(store)
            other = tmp_path / "link.db"
        case "a linked folder":
            (tmp_path / "linked").symlink_to(store.parent)
            other = tmp_path / "linked" / "mail.db"
        case "a hard link":
            other = tmp_path / "hard.db"
            os.link(store, other)
        case _:
            other = store
    shutil.copytree(tmp_path / "one", tmp_path / "two", ignore=shutil.ignore_patterns("server.*"))
    line = refused(*serve(tmp_path / "two", "--store", f"sqlite:///{other}"))
    if name == "a hard link":
        assert "2 names (hard links)" in line
        other.unlink()
    else:
        assert line == f"gatepost: another server runs on the store {store} (pid {live.process.pid}, {live.endpoint})"
    assert live.hook("health") == {"status": "ok"}
    assert gatepost("account", "create", "111122223333", "--data", str(tmp_path / "one")).returncode == 0, "a command may write"
    assert live.stop() == 0


KEYS: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (lambda key: key.unlink(), "is missing, and the store's secrets are sealed under it"),
    "empty": (lambda key: key.write_bytes(b""), "expected 32 bytes, found 0"),
    "short": (lambda key: key.write_bytes(b"x"), "expected 32 bytes, found 1"),
    "another": (lambda key: key.write_bytes(bytes(32)), "is not the key under which this store's secrets are sealed"),
}


@pytest.mark.parametrize(("change", "says"), KEYS.values(), ids=KEYS.keys())
def test_a_store_without_its_master_key_is_refused_by_the_server_and_every_command(
    data: Path, change: Callable[[Path], object], says: str
) -> None:
    change(data / "master.key")
    before = (data / "master.key").read_bytes() if (data / "master.key").exists() else None
    for command in (
        serve(data),
        ("account", "create", "111122223333", "--data", str(data)),
        ("mail", "list", "--data", str(data)),
    ):
        line = refused(*command)
        assert says in line
        assert "restore the master.key" in line
    assert ((data / "master.key").read_bytes() if (data / "master.key").exists() else None) == before


def replace_by_folder(store: Path) -> None:
    store.unlink()
    store.mkdir()


STORES: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda store: store.write_text("a letter\n" * 1000), "is not an SQLite database"),
    "a folder": (replace_by_folder, "is a folder"),
    "cut": (lambda store: store.write_bytes(store.read_bytes()[:50]), "its header is not whole"),
    "gone": (lambda store: store.unlink(), "a log without its database"),
    "a log of rubbish": (lambda store: store.with_name("gatepost.db-wal").write_bytes(b"x" * 9000), "its header does not hold"),
    "a log cut in half": (
        lambda store: os.truncate(store.with_name("gatepost.db-wal"), store.with_name("gatepost.db-wal").stat().st_size // 2),
        "is damaged",
    ),
    "a log that is gone": (lambda store: store.with_name("gatepost.db-wal").unlink(), "is missing"),
}


@pytest.mark.parametrize(("change", "says"), STORES.values(), ids=STORES.keys())
def test_a_store_that_is_damaged_or_no_store_is_refused(data: Path, change: Callable[[Path], object], says: str) -> None:
    change(data / "gatepost.db")
    for command in (serve(data), ("mail", "list", "--data", str(data)), serve(data)):
        assert says in refused(*command)


def test_a_damaged_log_is_discarded_by_the_doctor_and_the_server_goes_on(data: Path) -> None:
    wal = data / "gatepost.db-wal"
    wal.write_bytes(bytes(32) + wal.read_bytes()[32:])
    examined = gatepost("doctor", "--data", str(data))
    assert examined.returncode == 1
    assert "NO  store   the log gatepost.db-wal of" in examined.stdout
    assert (
        "went on without it; all that was there is in"
        in gatepost("doctor", "--data", str(data), "--discard-damaged-log").stdout
    )
    assert any(path.name.startswith("gatepost.db.before-") for path in data.iterdir())
    live = Live(data, ANYWHERE).start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    send(live.client("ses"))
    assert live.stop() == 0


def test_the_doctor_says_what_is_well_beside_a_server_too(tmp_path: Path) -> None:
    assert "no store in" in refused("doctor", "--data", str(tmp_path / "data"))
    live = Live(tmp_path / "data", ANYWHERE).start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    for flags in ((), ("--full",)):
        examined = gatepost("doctor", "--data", str(live.data), "--json", *flags)
        rows = [json.loads(line) for line in examined.stdout.splitlines()]
        assert [(row["Name"], row["Well"]) for row in rows] == [
            (name, True) for name in ("store", "pages", "key", "files", "sqlite")
        ]
        assert examined.returncode == 0
    assert "another server runs on the store" in refused("doctor", "--data", str(live.data), "--discard-damaged-log")
    (live.data / "master.key").chmod(0o644)
    examined = gatepost("doctor", "--data", str(live.data))
    assert examined.returncode == 1
    assert "NO  files   1 are open to others" in examined.stdout
    assert live.stop() == 0


def test_a_folder_that_was_open_is_closed_with_all_that_is_in_it(data: Path) -> None:
    (data / "tls").mkdir()
    for path in (*data.iterdir(), data / "tls", data):
        path.chmod(0o755 if path.is_dir() else 0o644)
    live = Live(data, ("--listen", "https://localhost:0")).start()
    told = "".join(live.banner)
    assert f"{data / 'master.key'} was open to others (mode 0644) and is closed now; who could read it may have a copy" in told
    assert f"{data} was open to others (mode 0755) and is closed now" in told
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.rglob("*"))}
    assert {path for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == set()
    assert {"master.key", "gatepost.db", "gatepost.db-wal", "server.json", "ca.key", "server.key"} <= {
        path.name for path in modes
    }
    assert live.stop() == 0


def test_production_does_not_start_with_a_key_that_stays_open(data: Path, tmp_path: Path) -> None:
    shutil.copy(data / "master.key", tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    (data / "master.key").unlink()
    (data / "master.key").symlink_to(tmp_path / "key")
    line = refused(*serve(data), environment={"GATEPOST_PROFILE": "production"})
    assert "master.key may be read or changed by others (mode 0644): it is a link" in line
    live = Live(data, ANYWHERE).start()
    assert any("it is a link; close what it points at" in each for each in live.banner)
    assert live.stop() == 0


def test_an_unknown_profile_is_a_usage_error(tmp_path: Path) -> None:
    result = gatepost(*serve(tmp_path / "data"), environment={"GATEPOST_PROFILE": "prod"})
    assert (result.returncode, result.stderr) == (2, "gatepost: profile `prod`: expected `local` or `production`\n")
