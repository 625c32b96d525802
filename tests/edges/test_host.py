"""What this computer says: file systems from a table, owners, paths that name nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from commsla.edges.host import Host, mounted_as, zone

TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:5 / /home rw shared:2 - nfs4 server:/home rw
31 30 0:6 / /home/me/local\\040disk rw - ext4 /dev/vdb rw
32 22 0:7 / /mnt/c rw - 9p drvfs rw
33 22 0:8 / /srv rw - autofs auto rw
34 33 0:9 / /srv rw master:1 propagate_from:2 - cifs //server/x rw
nonsense
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/", "ext4"),
        ("/var/lib", "ext4"),
        ("/home", "nfs4"),
        ("/home/me/state", "nfs4"),
        ("/home/me/local disk/state", "ext4"),
        ("/homes/me", "ext4"),
        ("/mnt/c/Users", "9p"),
        ("/srv/x", "cifs"),
    ],
)
def test_the_file_system_under_a_path(place: str, kind: str) -> None:
    assert mounted_as(place, TABLE) == kind


def test_no_table_no_answer() -> None:
    assert mounted_as("/x", "") == ""


def test_a_folder_that_is_copied_elsewhere(tmp_path: Path) -> None:
    assert Host(tmp_path / "OneDrive - School" / "state").disk().synced == ""  # not there yet
    (tmp_path / "OneDrive - School").mkdir()
    disk = Host(tmp_path / "OneDrive - School" / "state").disk()
    assert disk.synced == "OneDrive"
    assert disk.free is not None


def test_paths_name_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ottilie"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "ottilie"))
    home = Host(tmp_path / "ottilie" / ".local" / "state" / "commsla").folder()
    assert home.shown == "~/.local/state/commsla"
    elsewhere = Host(tmp_path / "quincey").folder()
    assert "quincey" not in elsewhere.shown + elsewhere.typed
    named = Host(tmp_path / "quincey", str(tmp_path / "quincey")).folder()
    assert named.shown == "the folder that COMMSLA_HOME names"


def test_time_zones_here() -> None:
    assert zone().present
    assert zone().right
