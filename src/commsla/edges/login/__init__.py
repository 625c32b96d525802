"""How a mailbox is logged in to: passwords and tokens; no secret is ever in a sentence or a log."""

from commsla.edges.login.secrets import password_for, secret_from
from commsla.edges.login.signin import sign_in
from commsla.edges.login.store import Store
from commsla.edges.login.tries import open_logged_in

__all__ = ["Store", "open_logged_in", "password_for", "secret_from", "sign_in"]
