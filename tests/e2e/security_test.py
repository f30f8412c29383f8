#!/usr/bin/env python3
"""Who may talk to a coordinator: only local clients that know the token may change anything."""

import http.client
import json
import stat
import unittest

from cluster import Cluster
from e2e_case import NO_JOB, EndToEndCase

JSON = "application/json"


class SecurityTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=1)
        cls.enterClassContext(cls.cluster)
        cls.token = (cls.cluster.directory / "data/token").read_text().strip()

    def send(self, method, path, token=None, **headers):
        """(status, body) of one request with exactly these headers; `Host` replaces the right one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.cluster.rest_port, timeout=10)
        self.addCleanup(connection.close)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, f"/v1{path}", skip_host="Host" in headers)
        if token:
            connection.putheader("Authorization", f"Bearer {token}")
        body = b"{}" if method != "GET" else b""
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def refused(self, status, *request, **headers):
        got, body = self.send(*request, **headers)
        self.assertEqual(got, status, body)
        self.assertTrue(json.loads(body)["error"]["message"], body)

    def test_when_the_host_is_foreign_then_refused(self):
        for host in ("evil.example", f"evil.example:{self.cluster.rest_port}"):
            self.refused(403, "GET", "/overview", Host=host)
        self.assertEqual(
            self.send("GET", "/overview", Host=f"localhost:{self.cluster.rest_port}")[0], 200)

    def test_when_the_origin_is_foreign_then_refused(self):
        self.refused(403, "PATCH", f"/jobs/{NO_JOB}?mode=cancel", self.token, Content_Type=JSON,
                     Origin="http://evil.example")

    def test_when_the_token_is_missing_or_wrong_then_nothing_can_be_changed(self):
        for method, path in (("PATCH", f"/jobs/{NO_JOB}?mode=cancel"), ("POST", f"/jobs/{NO_JOB}/stop"),
                             ("POST", "/jars/upload"), ("DELETE", "/cluster")):
            with self.subTest(method + path):
                self.refused(401, method, path, Content_Type=JSON)
                self.refused(401, method, path, "0" * len(self.token), Content_Type=JSON)
        self.assertEqual(self.cluster.get("/overview")["taskmanagers"], 1)

    def test_when_the_content_type_is_one_of_forms_then_refused(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            self.refused(415, "PATCH", f"/jobs/{NO_JOB}?mode=cancel", self.token, Content_Type=kind)

    def test_when_all_is_right_then_the_request_is_answered(self):
        self.refused(404, "PATCH", f"/jobs/{NO_JOB}?mode=cancel", self.token, Content_Type=JSON)

    def test_when_started_then_secrets_are_for_their_owner_only(self):
        data = self.cluster.directory / "data"
        self.assertEqual(stat.S_IMODE(data.stat().st_mode) & 0o077, 0, "data directory")
        for name in ("token", "secret"):
            self.assertEqual(stat.S_IMODE((data / name).stat().st_mode), 0o600, name)


if __name__ == "__main__":
    unittest.main()
