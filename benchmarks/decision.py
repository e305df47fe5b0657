"""One decision: ten statements with a From pattern, an IP range and a date; and the same ten among ten thousand.

Alone, and with every layer there can be: a role's session, its two identity policies, the resource's policy, a permissions boundary, a
session policy and three levels of service control policies. And the same decision explained.

Peers: `cedarpy` (Cedar, in Rust; one call, and its batch form) on the statements alone in its own language, and a naive interpreter of
the same JSON (`naive.py`). All must decide alike before anything is measured.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import cedarpy

import naive
from gatepost import Policies, Request, decide, explain, read_policy

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
MAILER = f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/one"
FROM, TO = "2023-01-01T00:00:00Z", "2033-01-01T00:00:00Z"


def identity(number: int) -> str:
    return f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/team-{number}.example.com"


def statement(number: int) -> dict[str, Any]:
    """Team `number` may send from its domain, from its network, within a span of time; one in five is denied instead."""
    return {
        "Sid": f"Team{number}",
        "Effect": "Deny" if number % 5 == 4 else "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": identity(number),
        "Condition": {
            "StringLike": {"ses:FromAddress": f"*@team-{number}.example.com"},
            "IpAddress": {"aws:SourceIp": f"10.{number % 200}.0.0/16"},
            "DateGreaterThan": {"aws:CurrentTime": FROM},
            "DateLessThan": {"aws:CurrentTime": TO},
        },
    }


def document(count: int) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement(number) for number in range(count)]}


def asked(count: int) -> list[dict[str, Any]]:
    """Requests that are allowed, denied, and met by nothing, in turn."""
    return [
        {
            "action": "ses:SendEmail",
            "resource": identity(team),
            "context": {
                "ses:FromAddress": f"news@team-{team}.example.com",
                "aws:SourceIp": address,
                "aws:CurrentTime": "2026-11-24T10:00:00Z",
            },
        }
        for team in (number % count for number in (0, 3, 4, 7, 9))
        for address in (f"10.{team % 200}.1.2", "192.0.2.1")
    ]


def cedar_policies(count: int) -> str:
    policies = []
    for number in range(count):
        each = statement(number)
        block = each["Condition"]["IpAddress"]["aws:SourceIp"]
        word = "permit" if each["Effect"] == "Allow" else "forbid"
        actions = 'Action::"ses:SendEmail", Action::"ses:SendRawEmail"'
        policies.append(
            f'{word} (principal, action in [{actions}], resource == Identity::"{identity(number)}")'
            f' when {{ context.from like "*@team-{number}.example.com" && context.ip.isInRange(ip("{block}"))'
            f" && context.now > 1672531200 && context.now < 1988150400 }};"
        )
    return "\n".join(policies)


def cedar_request(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "principal": f'User::"{ALICE}"',
        "action": f'Action::"{request["action"]}"',
        "resource": f'Identity::"{request["resource"]}"',
        "context": {
            "from": request["context"]["ses:FromAddress"],
            "ip": {"__extn": {"fn": "ip", "arg": request["context"]["aws:SourceIp"]}},
            "now": 1795514400,
        },
    }


def microseconds(work: Callable[[], object], calls: int, rounds: int = 30, inner: int = 1) -> tuple[float, float]:
    """p50 and p99 over `rounds` runs of `work`, each of `calls` decisions, `inner` times over."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(inner):
            work()
        times.append((time.perf_counter() - started) / calls / inner * 1e6)
    return statistics.median(times), sorted(times)[int(len(times) * 0.99)]


def own(count: int) -> tuple[Callable[[], Sequence[str]], int]:
    """Gatepost as its server runs it: the policies compiled once, each request new."""
    policies = Policies(identity=[read_policy(json.dumps(document(count)))])
    requests = asked(count)
    built = [Request(ALICE, each["action"], each["resource"], None, each["context"]) for each in requests]
    decide(built[0], policies)
    return lambda: [decide(request, policies).verdict.value for request in built], len(built)


def all_layers(count: int) -> Policies:
    """The statements with every other layer beside them; none of these changes a verdict on what is asked."""

    def policy(*statements: dict[str, Any]) -> Any:
        return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))

    def says(effect: str, action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
        return {"Effect": effect, "Action": action, "Resource": resource, **more}

    full = policy(says("Allow", "*"))
    plain = says("Deny", "ses:*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    away = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}
    regions = says("Deny", "ses:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}})
    return Policies(
        identity=[read_policy(json.dumps(document(count))), policy(says("Allow", "ses:Get*"), plain)],
        resource=[policy(says("Deny", "ses:*", identity(0), Principal="*", Condition=away))],
        boundary=policy(says("Allow", "ses:*")),
        session=[policy(says("Allow", "ses:Send*", Condition={"StringLike": {"ses:FromAddress": "*@*.example.com"}}))],
        scps=[[full], [full, policy(regions)], [full, policy(says("Deny", "iam:*"))]],
    )


def own_with_all_layers(count: int) -> tuple[Callable[[], Sequence[str]], int]:
    """A full decision of a role's session."""
    policies = all_layers(count)
    more = {"aws:SecureTransport": "true", "aws:RequestedRegion": "us-east-1"}
    built = [Request(MAILER, each["action"], each["resource"], None, {**each["context"], **more}) for each in asked(count)]
    decide(built[0], policies)
    return lambda: [decide(request, policies).verdict.value for request in built], len(built)


def show_explanation() -> None:
    """The same decision, explained: every layer, statement and condition, among a hundred statements."""
    policies = all_layers(100)
    question = asked(100)[0]
    request = Request(MAILER, question["action"], question["resource"], None, question["context"])
    median, worst = microseconds(lambda: explain(request, policies), 1, rounds=100)
    show("gatepost explain, all layers, 100 statements", median, worst, None)


def main() -> None:
    print("one decision: statements with a From pattern, an IP range and a date")
    print(f"{'':44}{'p50 us':>10}{'p99 us':>10}{'Gatepost is':>16}")
    medians = {}
    for count in (10, 10_000):
        work, calls = own(count)
        naive_policies, naive_requests = [document(count)], asked(count)
        expected = [naive.decide(each, naive_policies) for each in naive_requests]
        if list(work()) != expected:
            raise SystemExit(f"Gatepost and the naive interpreter differ: {work()} {expected}")
        median, worst = microseconds(work, calls, rounds=200, inner=20)
        medians[count] = median
        show(f"gatepost, {count:,} statements", median, worst, None)
        against_naive(count, naive_policies, naive_requests, median)
        full, calls = own_with_all_layers(count)
        if list(full()) != expected:
            raise SystemExit(f"with all layers Gatepost decides otherwise: {full()} {expected}")
        layered, worst = microseconds(full, calls, rounds=200, inner=20)
        show(f"gatepost, all layers, {count:,} statements", layered, worst, None)
        if count == 10:
            against_cedar(count, expected, median, layered)
    show_explanation()
    print(f"10,000 statements take {medians[10_000] / medians[10]:.2f} times what 10 take")


def against_naive(count: int, policies: Sequence[Any], requests: Sequence[Any], median: float) -> None:
    rounds = 30 if count == 10 else 3
    peer, worst = microseconds(lambda: [naive.decide(each, policies) for each in requests], len(requests), rounds)
    show(f"naive interpreter, {count:,} statements", peer, worst, peer / median)


def against_cedar(count: int, expected: Sequence[str], median: float, layered: float) -> None:
    policies, requests = cedar_policies(count), [cedar_request(each) for each in asked(count)]
    decided = [cedarpy.is_authorized(each, policies, []).decision.value for each in requests]
    if [each == "Allow" for each in decided] != [each == "allowed" for each in expected]:
        raise SystemExit(f"Cedar decides otherwise: {decided} {expected}")
    peer, worst = microseconds(lambda: [cedarpy.is_authorized(each, policies, []) for each in requests], len(requests))
    show(f"cedarpy, one call, {count} policies", peer, worst, peer / median)
    batch = requests * 20
    peer, worst = microseconds(lambda: cedarpy.is_authorized_batch(batch, policies, []), len(batch))
    show(f"cedarpy, batch of {len(batch)}, {count} policies", peer, worst, peer / median)
    show("  beside a decision with all layers", peer, worst, peer / layered)


def show(name: str, median: float, worst: float, ratio: float | None) -> None:
    print(f"{name:<44}{median:>10.2f}{worst:>10.2f}{'' if ratio is None else f'{ratio:,.0f} x quicker':>16}", flush=True)


if __name__ == "__main__":
    main()
