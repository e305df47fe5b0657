"""Which operation a request asks for: by its head (path or target), or by the action and version of its form.

A form is read only once its sender is known. Where that never happens, `attempted` looks for its action in the first bytes.

/v2/email/…                                  SES v2; the paths of its model and the older ones that clients still use
X-Amz-Target: …CloudTrail_20131101.Name      the service of that target
Action=Name&Version=2010-12-01               the service of that API version; a form in the body, or a presigned query string
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

from gatepost.aws.errors import AwsError
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.form import read_form, tree_of
from gatepost.aws.wire.model import ServiceShapes
from gatepost.aws.wire.unserved import OTHER_XML, Fail, fail_as

# botocore 1.40 and awscli 1.46 call these; the model of botocore 1.44 has moved them.
OLDER_PATHS: Final = {
    "sesv2": (
        ("GET", "/v2/email/identities", "ListEmailIdentities"),
        ("POST", "/v2/email/list-identities", "ListEmailIdentities"),
        ("GET", "/v2/email/configuration-sets", "ListConfigurationSets"),
        ("POST", "/v2/email/list-configuration-sets", "ListConfigurationSets"),
        ("PUT", "/v1/email/identities/{EmailIdentity}/dkim/signing", "PutEmailIdentityDkimSigningAttributes"),
        ("PUT", "/v2/email/identities/{EmailIdentity}/dkim/signing", "PutEmailIdentityDkimSigningAttributes"),
    )
}
ANY: Final = "{}"
FORM: Final = "application/x-www-form-urlencoded"
LOOKED_AT: Final = 65_536  # bytes of a form whose sender is not known
# The name first, so that the search is one for a fixed text.
ACTION: Final = re.compile(rb"Action=(?<![^&]Action=)([A-Za-z0-9]{1,128})(?![^&])")
VERSION: Final = re.compile(rb"Version=(?<![^&]Version=)([0-9-]{10})(?![^&])")
NO_PARAMETERS: Final[Mapping[str, str]] = {}


class Route(Struct, frozen=True):
    """Where a request goes. `operation` is None where the service has none of that name (`action`).

    Where the service itself is not served, `recognised` is False and `service` is one that answers in the same protocol, or
    `fail` tells errors.
    """

    service: ServiceShapes
    operation: str | None
    action: str = ""
    version: str | None = None
    parameters: Any = {}  # a form's tree, or the parts of a path
    recognised: bool = True
    fail: Fail | None = None


class Routes:
    """The routes of the services served. `services` are in order of precedence; the first answers what none can be told of."""

    def __init__(self, services: Iterable[ServiceShapes]) -> None:
        self._services = tuple(services)
        self._by_signing_name = {each.signing_name: each for each in reversed(self._services)}
        self._by_version = {each.api_version: each for each in self._services if each.protocol == "query"}
        self._by_target = {
            prefix: each
            for each in self._services
            if each.target_prefix is not None
            for prefix in (each.target_prefix, each.target_prefix.rpartition(".")[2])
        }
        self._paths = [(each, _Paths(each)) for each in self._services if each.protocol == "rest-json"]

    def of_head(self, request: HttpRequest) -> Route | None:
        """The route that path or target name; None where a form names it."""
        path = request.raw_path
        if path not in ("", "/"):
            for service, paths in self._paths:
                found = paths.find(request.method, path)
                if found is not None:
                    return Route(service, found[0], found[0], service.api_version, found[1])
            return self._of_unknown_path(path)
        target = request.header("x-amz-target")
        if target is None:
            return None
        prefix, _, name = target.rpartition(".")
        targeted = self._by_target.get(prefix)
        if targeted is None:
            return Route(self._of_protocol("json"), None, name, recognised=False)
        return Route(targeted, name if targeted.has(name) else None, name, targeted.api_version)

    def of_form(self, request: HttpRequest) -> Route:
        """The route of a form, in the body or (presigned) in the query string; `AwsError` where it cannot be read."""
        pairs = read_form(request.body) if request.method == "POST" else []
        if not any(name == "Action" for name, _ in pairs):  # presigned
            pairs = [*read_form(request.query_string.encode("latin-1")), *pairs]
        tree = tree_of(pairs)
        action, version = tree.get("Action"), tree.get("Version")
        if not isinstance(action, str):
            return Route(self._services[0], None)
        told = version if isinstance(version, str) else None
        service = self._by_version.get(told or "")
        if service is None:
            return Route(self._services[0], None, action, told, tree, recognised=told is None)
        return Route(service, action if service.has(action) else None, action, told, tree)

    def attempted(self, request: HttpRequest, signing_name: str | None = None) -> Route:
        """What a form seems to ask for, its first 64 KB looked at and nothing decoded.

        The service is the one of the form's version, else the one that the signature names, else the first. No parameters.
        """
        form = request.body[:LOOKED_AT] if request.method == "POST" else request.query_string.encode("latin-1")
        action, version = ACTION.search(form), VERSION.search(form)
        service = None if version is None else self._by_version.get(version[1].decode())
        service = service or self._by_signing_name.get(signing_name or "") or self._services[0]
        name = "" if action is None else action[1].decode()
        return Route(service, name if service.has(name) else None, name, service.api_version)

    def serves(self, signing_name: str) -> bool:
        """Whether requests signed for a service of this name are served."""
        return signing_name in self._by_signing_name

    def unserved(self, request: HttpRequest, signing_name: str) -> Route:
        """The route of a request that is signed for a service that is not served, whatever its path or form looks like."""
        target = request.header("x-amz-target")
        if target is not None:
            protocol = "json"
        elif signing_name in OTHER_XML or FORM in (request.header("content-type") or ""):
            protocol = "query"
        else:
            protocol = "rest-json"
        action = "" if target is None else target.rpartition(".")[2]
        fail = fail_as(request, signing_name)
        return Route(self._of_protocol(protocol), None, action, recognised=False, fail=fail)

    def fail(self, route: Route | None, error: AwsError, request_id: str) -> HttpResponse:
        """The answer that tells an error, in the protocol of the route."""
        if route is not None and route.fail is not None:
            return route.fail(error, request_id)
        service = self._services[0] if route is None else route.service
        return service.codec.fail(error, request_id)

    def _of_unknown_path(self, path: str) -> Route:
        mail = path.startswith(("/v2/email", "/v1/email"))
        return Route(self._of_protocol("rest-json"), None, recognised=mail)

    def _of_protocol(self, protocol: str) -> ServiceShapes:
        return next((service for service in self._services if service.protocol == protocol), self._services[0])


class _Paths:
    """A service's paths as a tree: a segment by its text, or any segment."""

    def __init__(self, service: ServiceShapes) -> None:
        self._root: dict[str, Any] = {}
        older = OLDER_PATHS.get(service.name, ())
        for name in service.model.operation_names:
            http = service.model.operation_model(name).http
            self._add(http["method"], http["requestUri"], name)
        for method, path, name in older:
            self._add(method, path, name)

    def _add(self, method: str, path: str, operation: str) -> None:
        branch, names = self._root, []
        for segment in path.partition("?")[0].strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{}").rstrip("+"))
                segment = ANY  # noqa: PLW2901 -- the segment as the tree has it
            branch = branch.setdefault(segment, {})
        branch.setdefault(f" {method}", (operation, tuple(names)))

    def find(self, method: str, path: str) -> tuple[str, Mapping[str, str]] | None:
        """The operation and the parameters of a path, None where there is none."""
        branch, values = self._root, []
        for segment in path.strip("/").split("/"):
            below = branch.get(segment)
            if below is None:
                below = branch.get(ANY)
                values.append(unquote(segment))
            if below is None:
                return None
            branch = below
        found = branch.get(f" {method}")
        if found is None:
            return None
        operation, names = found
        return operation, dict(zip(names, values, strict=True)) if names else NO_PARAMETERS
