"""A running Gatepost for tests with real clients: `gatepost serve` as a process of its own, on ports of its own."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT_KEY = "AKIAROOTEXAMPLE00001"
ROOT_SECRET = "root-secret-for-tests/K7MDENG+bPxRfiCY"
ACCOUNT = "123456789012"
REGION = "us-east-1"
BIN = Path(sys.executable).parent


@dataclass
class Live:
    """One server process and its data folder."""

    data: Path
    arguments: Sequence[str] = ("--test-hooks", "--listen", "http://127.0.0.1:0")
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] = field(init=False)
    banner: list[str] = field(init=False)

    def start(self) -> "Live":
        """Start the server and wait for its own word that it accepts connections."""
        environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self.data.parent),
            **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},  # the code under test, in a worktree
            "GATEPOST_ROOT_ACCESS_KEY_ID": ROOT_KEY,
            "GATEPOST_ROOT_SECRET_ACCESS_KEY": ROOT_SECRET,
            **self.environment,
        }
        self.process = subprocess.Popen(
            [str(BIN / "gatepost"), "serve", "--data", str(self.data), *self.arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.banner = []
        for line in self.process.stdout:
            self.banner.append(line)
            if "ready" in line.lower():
                return self
        message = "the server ended before it was ready:\n" + "".join(self.banner)
        raise AssertionError(message)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        code = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        """SIGKILL, as a crash does."""
        self.process.kill()
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def ready(self) -> Any:  # JSON, as the server wrote it
        """What the server wrote for `gatepost env`."""
        return json.loads((self.data / "server.json").read_text())

    @property
    def endpoint(self) -> str:
        """The first listener's URL."""
        endpoint: str = self.ready["endpoints"][0]
        return endpoint

    def client(self, service: str, key: str = ROOT_KEY, secret: str = ROOT_SECRET, **options: Any) -> Any:
        """An unmodified boto3 client; boto3's clients are typed by nobody."""
        config = Config(retries={"total_max_attempts": 1}).merge(options.pop("config", Config()))
        return boto3.client(
            service,
            **{"region_name": REGION, "endpoint_url": self.endpoint, "config": config, **options},
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    def hook(self, path: str, body: object = None, method: str | None = None) -> Any:
        """One of the test hooks: JSON in, JSON or bytes out."""
        request = urllib.request.Request(  # noqa: S310 -- our own endpoint
            f"{self.endpoint}/_gatepost/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
        )
        with urllib.request.urlopen(request) as response:  # noqa: S310 -- our own endpoint
            content = response.read()
            return json.loads(content) if "json" in response.headers["content-type"] else content

    def set_clock(self, now: str | None) -> None:
        """Set, or free, the clock that policies see."""
        self.hook("clock", {"now": now}, "POST")

    def reset(self) -> None:
        """The state as after the first start."""
        self.hook("reset", method="POST")

    def messages(self) -> list[dict[str, Any]]:
        """Captured mail, oldest first."""
        captured: list[dict[str, Any]] = self.hook("messages")
        return captured

    def aws(
        self, *arguments: str, key: str = ROOT_KEY, secret: str = ROOT_SECRET, token: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The unmodified aws CLI, as after `eval "$(gatepost env)"`, or with other credentials."""
        session = {} if token is None else {"AWS_SESSION_TOKEN": token}
        return subprocess.run(
            [str(BIN / "aws"), *arguments],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.data.parent),
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_PAGER": "",
                "AWS_MAX_ATTEMPTS": "1",
                **session,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
