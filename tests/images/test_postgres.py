"""The start script of the postgres image, on the image as it is shipped."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from container import Container, Image, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = "/var/lib/postgresql/data"
OWNER = 10001
ASSIGNED = 1000680000


class PostgresImage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        line = subprocess.run(
            [ROOT / "images/build", "postgres"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        cls.archive = pathlib.Path(line.split()[-1])
        cls.image = Image(cls.archive)

    @classmethod
    def tearDownClass(cls):
        cls.image.remove()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-postgres-"))
        self.containers = []
        for name in ("data", "run", "tmp", "secret"):
            (self.folder / name).mkdir()
        self.set_group(OWNER)
        self.secret("first")

    def set_group(self, group):
        """As the kubelet mounts volumes: owned by root, writable by the group that fsGroup names."""
        for folder in self.folder.iterdir():
            os.chown(folder, 0, group)
            folder.chmod(0o2775)

    def tearDown(self):
        for container in self.containers:
            container.remove()
        shutil.rmtree(self.folder)

    def secret(self, password, username="crm", database="crm"):
        for key, value in {"username": username, "password": password, "database": database}.items():
            (self.folder / "secret" / key).write_text(value)

    def start(self, *args, **options):
        mounts = {
            DATA: self.folder / "data",
            "/run/postgresql": self.folder / "run",
            "/tmp": self.folder / "tmp",
            "/etc/crm/database": self.folder / "secret",
        }
        # runc makes the mount point, which a container engine does for a pod.
        (self.image.root / "etc/crm/database").mkdir(parents=True, exist_ok=True)
        container = Container(self.image, mounts, args, **options)
        self.containers.append(container)
        return container

    def ready(self, *args, **options):
        container = self.start(*args, **options)
        eventually(lambda: container.exec("true")[0] == 0, container.output)
        container.bring_loopback_up()
        eventually(
            lambda: container.exec("pg_isready", "-q", "-h", "127.0.0.1", "-U", "crm", "-d", "crm")[0] == 0,
            container.output,
        )
        return container

    def query(self, container, sql, password):
        escaped = password.replace("\\", "\\\\").replace("'", "\\'")
        return container.exec("psql", "-tAX", "-c", sql, f"host=127.0.0.1 user=crm dbname=crm password='{escaped}'")

    def superuser(self, container, sql):
        code, output = container.exec("psql", "-tAX", "-d", "crm", "-c", sql)
        self.assertEqual(code, 0, output)
        return output

    def stop(self, container):
        container.kill("INT")
        return container.wait()

    def test_an_empty_volume_becomes_a_database_that_takes_only_the_password_of_the_secret(self):
        database = self.ready()
        self.assertEqual(self.query(database, "SELECT current_user, current_database()", "first"), (0, "crm|crm"))
        code, output = self.query(database, "SELECT 1", "second")
        self.assertNotEqual(code, 0)
        self.assertIn("password authentication failed", output)

    def test_it_runs_as_a_user_that_a_platform_assigns(self):
        self.set_group(ASSIGNED)
        assigned = {"user": (ASSIGNED, 0), "groups": [ASSIGNED]}
        database = self.ready(**assigned)
        self.assertEqual(self.query(database, "CREATE TABLE kept AS SELECT 42 AS answer", "first")[0], 0)
        self.assertEqual(self.superuser(database, "SELECT current_user"), "postgres")
        self.stop(database)
        self.assertEqual(self.query(self.ready(**assigned), "SELECT answer FROM kept", "first"), (0, "42"))

    def test_the_data_of_another_user_is_refused_with_a_message_and_left_alone(self):
        self.stop(self.ready())
        other = self.start(user=(ASSIGNED, 0), groups=[OWNER])
        self.assertEqual(other.wait(), 1)
        self.assertIn(f"data on the volume is user {OWNER}'s", other.output())
        self.assertEqual(self.query(self.ready(), "SELECT 1", "first"), (0, "1"))

    def test_the_socket_lets_in_its_own_user_alone(self):
        self.ready()
        self.assertEqual((self.folder / "run/.s.PGSQL.5432").stat().st_mode & 0o777, 0o700)

    def test_the_role_owns_its_database_and_has_no_other_right(self):
        database = self.ready()
        flags = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        self.assertEqual(self.superuser(database, f"SELECT {flags} FROM pg_roles WHERE rolname='crm'"), "f|f|f|f|f")
        self.assertEqual(self.query(database, "CREATE TABLE t (i int)", "first")[0], 0)

    def test_pages_carry_checksums_and_passwords_are_kept_as_scram(self):
        database = self.ready()
        self.assertEqual(self.superuser(database, "SHOW data_checksums"), "on")
        self.assertRegex(self.superuser(database, "SELECT rolpassword FROM pg_authid WHERE rolname='crm'"), "^SCRAM-SHA-256")

    def test_a_changed_secret_is_in_force_after_a_restart_and_the_data_is_still_there(self):
        database = self.ready()
        self.query(database, "CREATE TABLE kept AS SELECT 42 AS answer", "first")
        self.assertEqual(self.stop(database), 0)
        self.secret("second")
        database = self.ready()
        self.assertEqual(self.query(database, "SELECT answer FROM kept", "second"), (0, "42"))
        self.assertNotEqual(self.query(database, "SELECT 1", "first")[0], 0)

    def test_quotes_and_backslashes_in_a_password_mean_themselves(self):
        password = "it's \\ \"a\" $pass$ word; --"
        self.secret(password)
        self.assertEqual(self.query(self.ready(), "SELECT 1", password), (0, "1"))

    def test_killed_while_the_cluster_is_made_it_starts_again_from_an_empty_volume(self):
        half = self.start()
        eventually(lambda: (self.folder / "data/pg.new/base").is_dir(), half.output)
        half.kill("KILL")
        half.wait()
        self.assertFalse((self.folder / "data/pg").exists())
        self.assertEqual(self.query(self.ready(), "SELECT 1", "first"), (0, "1"))
        self.assertFalse((self.folder / "data/pg.new").exists())

    def stop_while_it_runs(self, words):
        """Holds the container in the step whose command line has these words, and stops it there."""
        container = self.start()
        eventually(lambda: container.exec("true")[0] == 0, container.output)
        os.kill(container.await_process(words), signal.SIGSTOP)
        container.kill("TERM")
        self.assertEqual(container.wait(10), 130)

    def test_the_stop_signal_is_answered_in_each_step_of_a_first_start_which_the_next_one_begins_anew(self):
        for step in ("initdb --pgdata", f"--single -D {DATA}/pg.new", f"--single -D {DATA}/pg "):
            with self.subTest(step):
                self.stop_while_it_runs(step)
        self.assertEqual(self.query(self.ready(), "SELECT 1", "first"), (0, "1"))

    def test_the_stop_signal_is_answered_while_a_lost_server_is_recovered_and_no_row_is_lost(self):
        database = self.ready()
        self.query(database, "CREATE TABLE kept AS SELECT 42 AS answer", "first")
        database.kill("KILL")
        database.wait()
        self.stop_while_it_runs("--single")
        self.assertEqual(self.query(self.ready(), "SELECT answer FROM kept", "first"), (0, "42"))

    def test_the_stop_signal_is_answered_while_the_volume_is_in_use(self):
        self.ready()
        second = self.start()
        eventually(lambda: "in use" in second.output(), second.output)
        second.kill("TERM")
        self.assertEqual(second.wait(10), 130)

    def test_committed_rows_survive_a_kill(self):
        database = self.ready()
        self.query(database, "CREATE TABLE kept AS SELECT 42 AS answer", "first")
        database.kill("KILL")
        database.wait()
        self.assertEqual(self.query(self.ready(), "SELECT answer FROM kept", "first"), (0, "42"))

    def test_the_locks_that_a_killed_server_left_half_written_keep_no_next_one_from_starting(self):
        self.stop(self.ready())
        for lock in (self.folder / "data/pg/postmaster.pid", self.folder / "run/.s.PGSQL.5432.lock"):
            lock.touch(mode=0o600)
            os.chown(lock, OWNER, OWNER)
        self.assertEqual(self.query(self.ready(), "SELECT 1", "first"), (0, "1"))

    def test_the_stop_signal_ends_open_sessions_and_shuts_down_cleanly(self):
        self.assertEqual(self.image.config["StopSignal"], "SIGINT")
        database = self.ready()
        session = subprocess.Popen(
            ["runc", "exec", database.id, "psql", "-U", "postgres", "-d", "crm", "-c", "SELECT pg_sleep(600)"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state='active'"
        eventually(lambda: self.superuser(database, sleeping) == "1", database.output)
        self.assertEqual(self.stop(database), 0)
        session.wait(20)
        self.assertIn("database system is shut down", database.output())

    def test_group_permissions_that_the_kubelet_adds_are_taken_away_again(self):
        self.stop(self.ready())
        os.chmod(self.folder / "data/pg", 0o770)
        self.assertEqual(self.query(self.ready(), "SELECT 1", "first"), (0, "1"))

    def test_arguments_are_settings_with_or_without_the_option_letter(self):
        database = self.ready("work_mem=7MB", "-c", "max_connections=33")
        self.assertEqual(self.superuser(database, "SHOW work_mem"), "7MB")
        self.assertEqual(self.superuser(database, "SHOW max_connections"), "33")

    def test_a_second_container_on_the_same_volume_waits_for_the_first(self):
        first = self.ready()
        second = self.start()
        eventually(lambda: "in use" in second.output(), second.output)
        self.assertEqual(self.query(first, "SELECT 1", "first"), (0, "1"))
        self.stop(first)
        eventually(lambda: "ready to accept connections" in second.output(), second.output)

    def test_a_password_is_never_logged(self):
        self.secret("unmistakable'\\")
        database = self.ready()
        self.stop(database)
        self.assertNotIn("unmistakable", database.output())

    def test_a_secret_that_cannot_be_used_is_refused_with_a_message(self):
        for broken, message in (
            ({"password": ""}, "password of /etc/crm/database is empty"),
            ({"password": "a\nb"}, "more than one line"),
            ({"password": "x", "username": "crm; DROP"}, "is no name for a role"),
            ({"password": "x", "username": "postgres"}, "belongs to PostgreSQL"),
        ):
            with self.subTest(message):
                self.secret(**broken)
                container = self.start()
                self.assertEqual(container.wait(), 1)
                self.assertIn(message, container.output())
                self.assertFalse((self.folder / "data/pg").exists())

    def test_it_is_small(self):
        self.assertLess(self.archive.stat().st_size, 65_000_000)


if __name__ == "__main__":
    unittest.main()
