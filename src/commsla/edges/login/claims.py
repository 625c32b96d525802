"""What a Microsoft token says of itself: for whom, from which tenant, with which rights.

It is read for an explanation only; nothing is decided by it, so its signature is not checked.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claims:
    """`audience` is what the token opens, `roles` an app's rights, `scopes` a person's."""

    audience: str
    tenant: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    user: str


def claims_of(token: str) -> Claims | None:
    """The claims of a JSON Web Token (RFC 7519), or None where it is none."""
    try:
        middle = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        roles = said.get("roles") or []
        return Claims(
            audience=str(said.get("aud", "")),
            tenant=str(said.get("tid", "")),
            roles=tuple(str(role) for role in roles),
            scopes=tuple(str(said.get("scp", "")).split()),
            user=str(said.get("upn") or said.get("preferred_username") or ""),
        )
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return None
