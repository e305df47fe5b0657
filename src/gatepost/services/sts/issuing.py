"""Temporary credentials, made and kept."""

import base64
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.services.sts.session_policies import SessionPolicies
from gatepost.services.sts.session_tags import SessionTags
from gatepost.store import sessions
from gatepost.store.bootstrap import KEY_ALPHABET, new_secret
from gatepost.store.sessions import SessionKind, StoredSession
from gatepost.store.transaction import Transaction

TOKEN_BYTES: Final = 96
NO_POLICIES: Final = SessionPolicies()
NO_TAGS: Final = SessionTags()


def issue(
    call: Call,
    tx: Transaction,
    *,
    account: str,
    kind: SessionKind,
    owner_id: str | None,
    name: str,
    seconds: int,
    policies: SessionPolicies = NO_POLICIES,
    tags: SessionTags = NO_TAGS,
    source_identity: str | None = None,
    provider: str | None = None,
    claims: Mapping[str, str] | None = None,
) -> Shape:
    """A new session's `Credentials`. Its time runs by the clock that policies see, so that tests can let it run out."""
    key_id = "ASIA" + "".join(secrets.choice(KEY_ALPHABET) for _ in range(16))
    secret, token = new_secret(), base64.b64encode(os.urandom(TOKEN_BYTES)).decode()
    issued_at = call.clock.replace(microsecond=0)
    expires_at = issued_at + timedelta(seconds=seconds)
    sessions.create_session(
        tx,
        StoredSession(
            key_id,
            account,
            kind,
            owner_id,
            name,
            issued_at,
            expires_at,
            sessions.digest_of(token),
            tx.keyring.seal(secret, key_id),
            policies.inline,
            policies.arns,
            tags.all,
            tags.transitive,
            source_identity,
            provider,
            claims or {},
        ),
    )
    return {"AccessKeyId": key_id, "SecretAccessKey": secret, "SessionToken": token, "Expiration": expires_at}
