"""Identity tokens against keys that may be yesterday's."""

from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gatepost.access.provider_keys import Jwk, KeysNeeded, ProviderKeys
from gatepost.aws.errors import AwsError
from gatepost.services.sts.identity_token import read_token, verify_token
from gatepost.store.oidc_providers import OidcProvider

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
PROVIDER = OidcProvider("123456789012", "issuer.example", "https", ("app",), (), NOW, ())


def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def published(private: rsa.RSAPrivateKey, **more: str) -> Jwk:
    public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {**public, **more}


@pytest.mark.parametrize("names", [{"kid": "one"}, {}], ids=["of the same ID", "without an ID"])
def test_a_key_that_has_taken_the_place_of_another_is_looked_for_once(names: dict[str, str]) -> None:
    old, new = key(), key()
    claims = {"iss": "https://issuer.example", "sub": "ada", "aud": "app", "iat": SECONDS, "exp": SECONDS + 60}
    token = read_token(jwt.encode(claims, new, "RS256", headers=dict(names)))
    with pytest.raises(KeysNeeded) as needed:
        verify_token(token, PROVIDER, ProviderKeys([published(old, **names)]), SECONDS)
    assert needed.value.anew
    verify_token(token, PROVIDER, ProviderKeys([published(new, **names)], fresh=True), SECONDS)
    with pytest.raises(AwsError, match="Invalid signature"):
        verify_token(token, PROVIDER, ProviderKeys([published(old, **names)], fresh=True), SECONDS)
