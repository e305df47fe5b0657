"""Identity tokens: signed by the keys of a provider that the account knows, for one of its client IDs, and in time.

1. The token is a JWT whose `iss` is the URL of an OpenID Connect provider of the role's account.
2. It is signed by one of that provider's keys: RS256, RS384, RS512, ES256, ES384 or ES512, never `none` and never by a shared secret.
3. Its audience, `azp` where there is one and else `aud`, is one of the provider's client IDs.
4. `sub`, `aud`, `iat` and `exp` are there. After `exp` it is taken for five minutes more, as clocks differ.
5. Tags and a source identity may come with it, under AWS's own claims, and hold to the same limits as those that a call passes.

Source: IAM User Guide, "Create an OpenID Connect identity provider", "Pass session tags in AWS STS", and "AWS OIDC federation" in
"IAM and AWS STS condition context keys"; texts as the service puts them on the wire.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt
import msgspec
from jwt.utils import base64url_decode
from msgspec import Struct

from gatepost.access.provider_keys import Jwk, KeysNeeded, ProviderKeys
from gatepost.services.sts import errors
from gatepost.services.sts.session_tags import SessionTags, checked_tags
from gatepost.store.oidc_providers import OidcProvider

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
REQUIRED: Final = ("sub", "aud", "iat", "exp")
LEEWAY: Final = 300  # seconds
TAGS: Final = "https://aws.amazon.com/tags"
SOURCE_IDENTITY: Final = "https://aws.amazon.com/source_identity"
SOURCE: Final = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
UNVERIFIED: Final[Any] = {"verify_signature": False}
# Time and audience are held below, by the arrival's clock and AWS's own rules.
SIGNATURE_ALONE: Final[Any] = {
    "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_iss": False, "verify_sub": False,
    "verify_jti": False,
}  # fmt: skip


class IdentityToken(Struct, frozen=True):
    """What a token says. Nothing in it is true until `verify_token` has returned."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """Who says it."""
        return str(self.claims.get("iss", ""))

    @property
    def subject(self) -> str:
        """Of whom."""
        return str(self.claims.get("sub", ""))

    @property
    def audience(self) -> str:
        """To whom: the authorized party where one is named."""
        return str(self.claims["azp"]) if "azp" in self.claims else next(iter(self.audiences), "")

    @property
    def audiences(self) -> tuple[str, ...]:
        """The `aud` claim's values."""
        given = self.claims.get("aud", ())
        return (given,) if isinstance(given, str) else tuple(map(str, given)) if isinstance(given, Sequence) else ()


def read_token(text: str) -> IdentityToken:
    """A token's parts, unverified; `InvalidIdentityToken` where it is no JWT."""
    try:
        header = jwt.decode_complete(text, options=UNVERIFIED)["header"]
        # Once more, strictly: neither NaN, nor half a surrogate pair, which no record could hold.
        claims = msgspec.json.decode(base64url_decode(text.split(".")[1]), type=dict[str, Any])
    except (jwt.InvalidTokenError, msgspec.DecodeError):
        message = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        raise errors.invalid_identity_token(message) from None
    return IdentityToken(text, header, claims)


def verify_token(token: IdentityToken, provider: OidcProvider, keys: ProviderKeys | None, now: int) -> None:
    """Return where the token is the provider's own, for one of its client IDs, at `now` (epoch seconds).

    `KeysNeeded` where the provider's keys, or newer ones, are needed to tell; `AwsError` where the token does not hold.
    """
    _verify_signature(token, provider, keys)
    for claim in REQUIRED:
        if token.claims.get(claim) in (None, ""):
            raise errors.invalid_identity_token(f"Missing a required claim: {claim}")
    for claim in ("exp", "iat", "nbf"):
        if not isinstance(token.claims.get(claim, 0), int | float):
            raise errors.invalid_identity_token(f"The claim {claim} is not a number")
    if not {token.audience, *(() if "azp" in token.claims else token.audiences)} & set(provider.client_ids):
        raise errors.invalid_identity_token("Incorrect token audience")
    expires = int(token.claims["exp"])
    if now >= expires + LEEWAY:
        raise errors.identity_token_expired(now, expires)
    if max(token.claims["iat"], token.claims.get("nbf", 0)) > now + LEEWAY:
        raise errors.invalid_identity_token("Token is not yet valid")


def _verify_signature(token: IdentityToken, provider: OidcProvider, keys: ProviderKeys | None) -> None:
    algorithm = token.header.get("alg")
    if algorithm not in ALGORITHMS:
        raise errors.invalid_identity_token(
            f"The algorithm of the token's signature is not supported; use one of {', '.join(ALGORITHMS)}"
        )
    if keys is None:
        raise KeysNeeded(provider.issuer, provider.thumbprints, anew=False)
    if keys.failure is not None:
        raise errors.verification_key_unavailable()
    candidates = [key for key in keys.keys if _may_have_signed(key, token.header.get("kid"), algorithm)]
    for key in candidates:
        try:
            jwt.decode(token.text, jwt.PyJWK(dict(key), algorithm=algorithm), algorithms=[algorithm], options=SIGNATURE_ALONE)
        except jwt.PyJWTError:
            continue
        return
    if not keys.fresh:  # a provider may give a new key an old key's ID, or none
        raise KeysNeeded(provider.issuer, provider.thumbprints, anew=True)
    raise errors.invalid_identity_token(
        "Invalid signature in the identity token" if candidates else "No key of the identity provider has signed the token"
    )


def _may_have_signed(key: Jwk, key_id: object, algorithm: str) -> bool:
    kind = {"R": "RSA", "E": "EC"}[algorithm[0]]
    told = key.get("kid")
    return key.get("kty") == kind and key.get("use", "sig") == "sig" and (key_id is None or told is None or told == key_id)


# --- what comes with a token --------------------------------------------------------------------------------------------


def context_of(token: IdentityToken, provider: OidcProvider) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that a token gives, in lower case: `PROVIDER:aud`, `:sub`, `:oaud`, `:amr`."""
    prefix = provider.url.lower()
    context: dict[str, str | tuple[str, ...]] = {f"{prefix}:aud": token.audience, f"{prefix}:sub": token.subject}
    if "azp" in token.claims and token.audiences:
        context[f"{prefix}:oaud"] = token.audiences[0]
    methods = token.claims.get("amr")
    if isinstance(methods, list):
        context[f"{prefix}:amr"] = tuple(map(str, methods))
    return context


def tags_of(token: IdentityToken) -> SessionTags:
    """The session tags that a token passes, nested under AWS's claim or flattened into claims of their own."""
    nested = _object(token.claims, TAGS)
    tags = dict(_object(nested, "principal_tags"))
    prefix = f"{TAGS}/principal_tags/"
    tags.update({name.removeprefix(prefix): value for name, value in token.claims.items() if name.startswith(prefix)})
    transitive = token.claims.get(f"{TAGS}/transitive_tag_keys") or nested.get("transitive_tag_keys") or []
    given = checked_tags((key, _only(key, value)) for key, value in tags.items())
    keys = [_only("transitive_tag_keys", key) for key in (transitive if isinstance(transitive, list) else [transitive])]
    if not {key.lower() for key in keys} <= {key.lower() for key in given}:
        raise errors.invalid_parameter("The specified transitive tag key must be included in the requested tags.")
    return SessionTags(given, {}, tuple(keys))


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = claims.get(name) or {}
    if not isinstance(given, Mapping):
        raise errors.invalid_identity_token(f"The claim {name} is not an object")
    return given


def _only(name: str, value: object) -> str:
    """A text, which a token may give as a list of one."""
    text = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(text, str):
        raise errors.invalid_identity_token(f"The value of {name} is not a single string")
    return text


def source_identity_of(token: IdentityToken) -> str | None:
    """The source identity that a token sets."""
    given = token.claims.get(SOURCE_IDENTITY)
    if given is None:
        return None
    source = _only("source_identity", given)
    if SOURCE.fullmatch(source) is None:
        raise errors.validation(
            f"1 validation error detected: Value '{source}' at 'sourceIdentity' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {SOURCE.pattern}"
        )
    return source
