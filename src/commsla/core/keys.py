"""Keyed hashes of ids and addresses: rows can be joined by them, not read."""

from __future__ import annotations

import hmac
from functools import lru_cache

_LENGTH = 24  # hex digits: 96 bits, no chance collision in any school's lifetime


class Keys:
    """Turns ids, addresses and domains into opaque keys under one installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._mac = hmac.new(secret, digestmod="sha256")
        # The same people and places stand in mail after mail.
        self.address = lru_cache(maxsize=4096)(self._address)
        self.domain = lru_cache(maxsize=1024)(self._domain)

    def _hash(self, kind: str, text: str) -> str:
        mac = self._mac.copy()
        mac.update(f"{kind}\0{text}".encode("utf-8", "surrogatepass"))
        return mac.hexdigest()[:_LENGTH]

    def _address(self, address: str) -> str:
        """The key of a mail address; capital letters make no difference."""
        return self._hash("address", address.casefold())

    def _domain(self, domain: str) -> str:
        """The key of a domain name."""
        return self._hash("domain", domain.casefold())

    def id(self, message_id: str) -> str:
        """The key of a Message-ID, compared letter by letter (RFC 5322 section 3.6.4)."""
        return self._hash("id", message_id)

    def subject(self, bare: str) -> str:
        """The key of a subject without prefixes: it outlives the subject itself."""
        return self._hash("subject", bare)

    def alert(self, *parts: str) -> str:
        """What the Message-ID of an alert of ours begins with: nobody else can make one."""
        return self._hash("alert", "\0".join(f"{len(p)}:{p}" for p in parts))

    def fingerprint(self, *parts: str) -> str:
        """One key for several facts; no part can run into the next."""
        return self._hash("fingerprint", "\0".join(f"{len(p)}:{p}" for p in parts))
