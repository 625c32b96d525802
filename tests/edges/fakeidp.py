"""A made-up identity provider on loopback over HTTPS: enough of Microsoft's and Google's for the real libraries.

It signs nothing and checks what the flows must send; `asked` is what it was asked. Its `tokens` are
what the mail server's introspection believes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import trustme

TENANT = "99999999-8888-7777-6666-555555555555"
CLIENT = "11111111-2222-3333-4444-555555555555"
SECRET = "the~app's-s3cret"


def jwt(claims: dict[str, Any]) -> str:
    """What reads like a signed token; the signature is none."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.c2ln"


class FakeIdp:
    """A context manager. `answers` replaces the next answers of the token endpoint."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.tokens: dict[str, str] = {}  # token -> the user that it is for
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.person = "jane@school.test"  # who signs in
        self.app_user = ""  # whom a token of the app is for, at the mail server
        self.roles: list[str] = ["IMAP.AccessAsApp"]
        self.lifetime = 3600
        self.slow = 0.0
        self.device_waits = 1  # polls before the person has typed the code
        self._challenges: dict[str, str] = {}
        self._refresh: set[str] = set()
        self._count = 0
        ca = trustme.CA()
        self.ca_file = str(folder / "idp-ca.pem")
        ca.cert_pem.write_to_path(self.ca_file)
        self._ca = ca
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                idp._get(self)

            def do_POST(self) -> None:
                idp._post(self)

            def log_message(self, *_: object) -> None:
                pass

        import ssl

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("localhost").configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def at(self, path: str) -> list[dict[str, str]]:
        """The forms that were sent to an address that ends so."""
        return [form for asked, form in self.asked if asked.endswith(path)]

    def browse(self, uri: str) -> bool:
        """What a person does with a browser: signs in, and is sent back to the program by a form."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(uri).query))
        self.asked.append(("/authorize", query))
        code = f"code-{len(self._challenges)}"
        self._challenges[code] = query["code_challenge"]
        self._nonce = query.get("nonce", "")
        form = urllib.parse.urlencode({"code": code, "state": query["state"]}).encode()

        def go_back() -> None:
            urllib.request.urlopen(query["redirect_uri"], form, timeout=10).close()

        threading.Thread(target=go_back, daemon=True).start()
        return True

    def _get(self, http: BaseHTTPRequestHandler) -> None:
        path = urllib.parse.urlsplit(http.path).path
        if not path.endswith("/.well-known/openid-configuration") or "unknown" in path:
            _say(http, 400, {"error": "invalid_tenant", "error_codes": [90002]})
            return
        tenant = path.split("/")[1]
        base = f"{self.url}/{tenant}/oauth2/v2.0"
        _say(
            http,
            200,
            {
                "issuer": f"{self.url}/{tenant}/v2.0",
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "device_authorization_endpoint": f"{base}/devicecode",
            },
        )

    def _post(self, http: BaseHTTPRequestHandler) -> None:
        size = int(http.headers.get("Content-Length", 0))
        form = dict(urllib.parse.parse_qsl(http.rfile.read(size).decode()))
        self.asked.append((http.path, form))
        time.sleep(self.slow)
        if self.answers and not http.path.endswith("/devicecode"):
            _say(http, *self.answers.pop(0))
        elif http.path.endswith("/devicecode"):
            _say(
                http,
                200,
                {
                    "user_code": "ABCD-1234",
                    "device_code": "the-device",
                    "verification_uri": "https://devices.test/login",
                    "expires_in": 60,
                    "interval": 1,
                },
            )
        else:
            _say(http, *self._token(form))

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            if "client_assertion" not in form and form.get("client_secret") != SECRET:
                return _no("invalid_client", 7000215)
            return 200, self._access(self.app_user, roles=self.roles)
        if grant.endswith("jwt-bearer"):
            claims = json.loads(_decoded(form["assertion"].split(".")[1]))
            return 200, self._access(claims["sub"])
        if grant == "authorization_code":
            made = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(made).rstrip(b"=").decode()
            if self._challenges.pop(form["code"], None) != challenge:
                return _no("invalid_grant", 501481)
            return 200, self._signed_in(form, self._nonce)
        if grant == "refresh_token":
            if form["refresh_token"] not in self._refresh:
                return _no("invalid_grant", 700082)
            self._refresh.remove(form["refresh_token"])  # the strictest kind of provider
            return 200, self._signed_in(form)
        if self.device_waits > 0:
            self.device_waits -= 1
            return _no("authorization_pending", 70016)
        return 200, self._signed_in(form)

    def _access(self, user: str, **claims: Any) -> dict[str, Any]:
        self._count += 1
        token = jwt({"aud": "https://outlook.office365.com", "n": self._count, **claims})
        self.tokens[token] = user
        return {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}

    def _signed_in(self, form: dict[str, str], nonce: str = "") -> dict[str, Any]:
        refresh = f"refresh-{self._count}"
        self._refresh.add(refresh)
        now = int(time.time())
        identity = {
            "aud": CLIENT,
            "iss": f"{self.url}/{TENANT}/v2.0",
            "sub": "s",
            "oid": "o",
            "tid": TENANT,
            "iat": now,
            "exp": now + 3600,
            "preferred_username": self.person,
            "nonce": nonce,
        }
        info = {"uid": "o", "utid": TENANT}
        return {
            **self._access(self.app_user or self.person, scp="IMAP.AccessAsUser.All"),
            "refresh_token": refresh,
            "scope": "https://outlook.office.com/IMAP.AccessAsUser.All",
            "id_token": jwt(identity),
            "client_info": base64.urlsafe_b64encode(json.dumps(info).encode()).decode(),
        }


class Introspection:
    """Tells a mail server whom a token is for (RFC 7662), by plain HTTP; a context manager."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.asked: list[str] = []
        self.slow = 0.0
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
                told.asked.append(form["token"])
                time.sleep(told.slow)
                user = told.tokens.get(form["token"])
                # What the server does not know, and what is over, is not active.
                answer = {"active": True, "username": user} if user else {"active": False}
                _say(self, 200, answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def _no(error: str, number: int) -> tuple[int, dict[str, Any]]:
    words = f"AADSTS{number}: words that nobody should see, and {SECRET}"
    return 400, {"error": error, "error_codes": [number], "error_description": words}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _say(http: BaseHTTPRequestHandler, status: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    http.send_response(status)
    http.send_header("Content-Type", "application/json")
    http.send_header("Content-Length", str(len(body)))
    http.end_headers()
    http.wfile.write(body)
