"""Servers that the tests of the edges share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edges.dovecot import Dovecot, why_not


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot, once per run; each test takes a user name of its own."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with Dovecot() as server:
        yield server
