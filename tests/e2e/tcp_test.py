#!/usr/bin/env python3
"""A job that clients send records to, and that sends to a server, while both sides come and go."""

import json
import socket
import unittest

from cluster import Cluster, free_port, wait_until
from e2e_case import EndToEndCase


class TcpTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=2)
        cls.enterClassContext(cls.cluster)

    def setUp(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(20)
        self.addCleanup(self.server.close)
        self.port = free_port()
        self.job = self.cluster.submit("tcp_relay", "--listen", self.port, "--to",
                                       self.server.getsockname()[1],
                                       run_options=["-D", "execution.checkpointing.interval=100 ms"])
        self.addCleanup(self.cluster.run, "cancel", self.job, check=False)

    def client(self):
        def connect():
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=10)
            except ConnectionRefusedError:
                return None
        client = wait_until(connect, "the source listens", 20)
        self.addCleanup(client.close)
        return client

    def receiver(self):
        """The lines of the sink's next connection."""
        connection, _ = self.server.accept()
        connection.settimeout(20)
        self.addCleanup(connection.close)
        return connection.makefile(encoding="utf-8")

    @staticmethod
    def order(client, item, count, price=3):
        client.sendall(json.dumps({"item": item, "count": count, "price": price}).encode() + b"\n")

    def test_when_clients_send_and_hosts_die_then_what_arrives_later_still_comes_through(self):
        first, second = self.client(), self.client()
        self.order(first, "a,b", 2)
        rows = self.receiver()
        self.assertEqual(rows.readline(), '"a,b",6\n')
        second.sendall(b"rubbish\n")
        self.order(second, "c", 5)
        self.assertEqual(rows.readline(), "c,15\n")

        done = self.cluster.completed_checkpoints(self.job)
        wait_until(lambda: self.cluster.completed_checkpoints(self.job) > done + 1, "a checkpoint")
        self.assertTrue(self.cluster.kill(self.cluster.task_hosts()[0]))
        third = self.client()
        self.order(third, "d", 7)
        self.assertEqual(self.receiver().readline(), "d,21\n")

    def test_when_the_server_goes_away_for_a_while_then_the_job_runs_on(self):
        client = self.client()
        self.order(client, "before", 1)
        connection, _ = self.server.accept()
        self.assertEqual(connection.recv(100), b"before,3\n")
        generation = self.cluster.get(f"/jobs/{self.job}")["generation"]
        connection.close()
        for i in range(20):
            self.order(client, f"after{i}", i)
        rows, expected = self.receiver(), [f"after{i},{3 * i}\n" for i in range(20)]
        self.assertEqual([rows.readline() for _ in expected], expected)
        self.assertEqual(self.cluster.get(f"/jobs/{self.job}")["generation"], generation)


if __name__ == "__main__":
    unittest.main()
