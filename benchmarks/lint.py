"""`gatepost lint` as people and hooks run it: one file as a process, a template, and 1,500 policies.

Peer: cfn-lint, which checks the form of IAM policies in CloudFormation templates, offline as we do. The template holds the policy that
many a guide prints, with its window the wrong way round; what each finds in it is printed. (parliament does not start with a current
setuptools; AWS's own validator and iam-policy-validator need the network.)
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

BIN: Final = Path(sys.executable).parent
ROUNDS: Final = 11
MANY: Final = 1_500
NOW: Final = ("--now", "2026-11-25T12:00:00Z")
WINDOW: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Send", "Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "*"},
        {
            "Sid": "OnlyInJanuary",
            "Effect": "Deny",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": "*",
            "Condition": {
                "DateGreaterThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"},
                "DateLessThan": {"aws:CurrentTime": "2023-01-31T23:59:59Z"},
            },
        },
    ],
}
TEMPLATE: Final = {"Resources": {"Sender": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": WINDOW}}}}
ACTIONS: Final = (
    "ses:SendEmail",
    "ses:SendRawEmail",
    "ses:SendTemplatedEmail",
    "ses:Send*",
    "ses:GetSendQuota",
    "ses:List*",
    "ses:*",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "policy.json").write_text(json.dumps(WINDOW, indent=2))
        (here / "template.json").write_text(json.dumps(TEMPLATE, indent=2))
        many = here / "many"
        many.mkdir()
        chance = random.Random(20261125)
        for number in range(MANY):
            (many / f"{number:04}.json").write_text(json.dumps(policy(chance), indent=2))
        python, _ = process(str(BIN / "python"), "-c", "pass")
        one, _ = process(str(BIN / "gatepost"), "lint", str(here / "policy.json"), *NOW)
        ours, told = process(str(BIN / "gatepost"), "lint", "-o", "concise", str(here / "template.json"), *NOW)
        theirs, says = process(str(BIN / "cfn-lint"), "--format", "parseable", str(here / "template.json"))
        started = time.perf_counter()
        subprocess.run([str(BIN / "gatepost"), "lint", str(many), "-o", "json", *NOW], capture_output=True, check=False)
        all_of_them = time.perf_counter() - started
    rows = [
        ("python -c pass, for comparison", f"{python:.0f} ms", ""),
        ("gatepost lint, one policy", f"{one:.0f} ms", "<= 200 ms"),
        ("gatepost lint, one template", f"{ours:.0f} ms", f"finds {len(told)}"),
        ("cfn-lint, the same template", f"{theirs:.0f} ms", f"finds {len(says)}; {theirs / ours:.1f} times as long"),
        (f"gatepost lint, {MANY:,} policies", f"{all_of_them:.1f} s", f"<= 30 s; {all_of_them / MANY * 1000:.1f} ms each"),
    ]
    for name, value, target in rows:
        print(f"{name:<40}{value:>10}  {target}")


def process(*command: str) -> tuple[float, list[str]]:
    """The median of its milliseconds, and the lines that it prints."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        taken.append(time.perf_counter() - started)
        if ran.returncode not in (0, 1, 2, 4, 6) or (ran.stderr and not ran.stdout):
            sys.exit(f"{command[0]}: {ran.stderr}")
    return sorted(taken)[ROUNDS // 2] * 1000, [line for line in ran.stdout.splitlines() if line.strip()]


def policy(chance: random.Random) -> dict[str, Any]:
    """A policy of one to eight statements, as teams have them."""
    return {"Version": "2012-10-17", "Statement": [statement(chance, number) for number in range(chance.randint(1, 8))]}


def statement(chance: random.Random, number: int) -> dict[str, Any]:
    domain = f"team-{chance.randint(1, 40)}.example.com"
    conditions = {
        "StringLike": {"ses:FromAddress": [f"*@{domain}", f"news*@{domain}"][: chance.randint(1, 2)]},
        "IpAddress": {"aws:SourceIp": f"203.0.113.{chance.randrange(0, 256, 16)}/28"},
        "ForAllValues:StringLike": {"ses:Recipients": [f"*@{domain}"]},
        "Bool": {"aws:SecureTransport": "true"},
        "DateLessThan": {"aws:CurrentTime": f"20{chance.randint(20, 40)}-01-01T00:00:00Z"},
    }
    chosen = chance.sample(sorted(conditions), chance.randint(0, 2))
    return {
        "Sid": f"S{number}",
        "Effect": chance.choice(["Allow", "Allow", "Allow", "Deny"]),
        "Action": chance.sample(ACTIONS, chance.randint(1, 3)),
        "Resource": chance.choice(["*", f"arn:aws:ses:us-east-1:111122223333:identity/{domain}"]),
        **({"Condition": {name: conditions[name] for name in chosen}} if chosen else {}),
    }


if __name__ == "__main__":
    main()
